import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../catalog/stac.js';
import { fieldOf, firstDraft, type Draft } from './fields.js';
import { valuesOf } from './values.js';

function field(schema: JsonObject, more: { unit?: string; needed?: boolean } = {}) {
  const about = { name: 'x', title: 'x', description: '', unit: '', needed: false };
  return fieldOf({ ...about, ...more, schema });
}

/** The value, or the sentence that says what is wrong. */
function read(
  schema: JsonObject,
  draft: Draft,
  more: { unit?: string; needed?: boolean } = {}
): unknown {
  const { inputs, wrong } = valuesOf([field(schema, more)], draft);
  return wrong.x ?? inputs.x;
}

test('numbers are held to their range, with the unit in the sentence', () => {
  const share = { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 100 };
  assert.equal(field(share, { unit: '%' }).hint, 'more than 0 to 100 %');
  assert.equal(read(share, { x: '15,5' }), 15.5);
  assert.equal(read(share, { x: '0' }, { unit: '%' }), 'Write more than 0 %.');
  assert.equal(read(share, { x: 'much' }), 'Write a number.');
  assert.equal(read({ type: 'integer' }, { x: '2.5' }), 'Write a whole number.');
});

test('what is left empty is not sent, and what is needed is asked for', () => {
  assert.equal(read({ type: 'string' }, {}), undefined);
  assert.equal(read({ type: 'string' }, {}, { needed: true }), 'This is needed.');
});

test('boxes: four numbers, over 180°, and never half a box', () => {
  const box = { type: 'object', format: 'ogc-bbox' };
  const sides = { 'x.west': '170', 'x.south': '65', 'x.east': '-170', 'x.north': '72' };
  assert.deepEqual(read(box, sides), { bbox: [170, 65, -170, 72] });
  assert.match(String(read(box, { ...sides, 'x.north': '' })), /four numbers/);
  assert.match(String(read(box, { ...sides, 'x.north': '60' })), /South must be less/);
});

test('lists, choices, intervals, times and JSON', () => {
  const numbers = { type: 'array', items: { type: 'integer' }, maxItems: 3 };
  assert.deepEqual(read(numbers, { x: '1\n2 3' }), [1, 2, 3]);
  assert.equal(read(numbers, { x: '1 2 3 4' }), 'Write at most 3 of them.');
  assert.equal(read({ enum: ['a', 'b'] }, { x: '"b"' }), 'b');
  assert.equal(
    read({ type: 'string', format: 'interval' }, { 'x.from': '1978-11-01' }),
    '1978-11-01/..'
  );
  assert.equal(
    read({ type: 'string', format: 'date-time' }, { x: '1978-11-01T06:30' }),
    '1978-11-01T06:30:00Z'
  );
  assert.deepEqual(read({ type: 'object' }, { x: '{"a": 1}' }), { value: { a: 1 } });
  assert.match(String(read({ type: 'object' }, { x: '{a' })), /no JSON/);
});

test('the inputs of a former run come back as they were sent', () => {
  const box = field({ type: 'object', format: 'ogc-bbox' });
  const sent = { x: { bbox: [170, 65, -170, 72] } };
  assert.deepEqual(valuesOf([box], firstDraft([box], sent)).inputs, sent);
  const note = field({ oneOf: [{ type: 'string' }, { type: 'object' }] });
  const wrapped = { x: { value: { a: 1 } } };
  assert.deepEqual(valuesOf([note], firstDraft([note], wrapped)).inputs, wrapped);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, mergeFields } from './fields.js';
import { readCollection } from './stac.js';

function collection(summaries: object): NonNullable<ReturnType<typeof readCollection>> {
  const read = readCollection({ id: 'c', summaries });
  assert.ok(read);
  return read;
}

test('summaries and queryables say what can be narrowed by; place and time do not count', () => {
  const fields = fieldsOf(collection({ gsd: [2, 10], cover: { minimum: 3, maximum: 9 } }), {
    properties: {
      id: { type: 'string' },
      datetime: { type: 'string', format: 'date-time' },
      cover: { title: 'Coverage', type: 'number' },
      tile: { type: 'string' },
      mode: { type: 'string', enum: ['IW', 'EW'] }
    }
  });
  assert.deepEqual(
    fields.map(f => [f.name, f.title, f.kind, f.from, f.to, f.values]),
    [
      ['cover', 'Coverage', 'range', 3, 9, []],
      ['mode', 'mode', 'oneOf', null, null, ['IW', 'EW']],
      ['gsd', 'Resolution (m)', 'oneOf', null, null, [2, 10]],
      ['tile', 'tile', 'contains', null, null, []]
    ]
  );
});

test('several collections give one list, as wide as any of them', () => {
  const [a, b] = [
    fieldsOf(collection({ gsd: [2, 10], cover: { minimum: 3, maximum: 9 } }), null),
    fieldsOf(
      collection({ gsd: [32, 10], code: ['EPSG:3413'], cover: { minimum: 1, maximum: 5 } }),
      null
    )
  ];
  assert.deepEqual(
    mergeFields([a, b]).map(f => [f.name, f.from, f.to, f.values]),
    [
      ['cover', 1, 9, []],
      ['gsd', null, null, [2, 10, 32]]
    ]
  );
});

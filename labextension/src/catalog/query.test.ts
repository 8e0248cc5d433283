import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, datetimeOf, filterOf, readBox, troubleWithDates, type Question } from './query.js';

const NOTHING: Question = { area: null, from: '', to: '', collections: [], conditions: [] };

test('a question that asks nothing sends nothing but the size of the page', () => {
  assert.deepEqual(bodyOf(NOTHING, null), { limit: 25 });
});

test('both days are searched, and an end may be open', () => {
  assert.equal(datetimeOf('2020-01-02', '2020-01-03'), '2020-01-02T00:00:00Z/2020-01-03T23:59:59Z');
  assert.equal(datetimeOf('2020-01-02', ''), '2020-01-02T00:00:00Z/..');
  assert.equal(datetimeOf('', '2020-01-03'), '../2020-01-03T23:59:59Z');
  assert.match(troubleWithDates('2021-01-01', '2020-01-01') ?? '', /swap/);
});

test('conditions become CQL2', () => {
  const cloud = { property: 'eo:cloud_cover' };
  const range = { property: 'eo:cloud_cover', kind: 'range', from: 0, to: 20 } as const;
  const most = { op: '<=', args: [cloud, 20] };
  assert.deepEqual(filterOf([{ ...range, from: null }]), most);
  assert.deepEqual(filterOf([range, { property: 'a', kind: 'oneOf', values: ['x'] }]), {
    op: 'and',
    args: [{ op: '>=', args: [cloud, 0] }, most, { op: 'in', args: [{ property: 'a' }, ['x']] }]
  });
  assert.deepEqual(filterOf([{ property: 't', kind: 'contains', text: '5%_' }]), {
    op: 'like',
    args: [{ property: 't' }, '%5\\%\\_%']
  });
  assert.equal(filterOf([{ property: 'a', kind: 'oneOf', values: [] }]), null);
});

test('a drawn ring is sent as a polygon, a typed box as a box, a page by its token', () => {
  const ring: [number, number][] = [
    [0, 80],
    [120, 80],
    [-120, 80],
    [0, 80]
  ];
  const body = bodyOf({ ...NOTHING, area: { kind: 'ring', ring, said: '' } }, 'abc');
  assert.deepEqual(body, {
    intersects: { type: 'Polygon', coordinates: [ring] },
    limit: 25,
    token: 'abc'
  });
  const box: [number, number, number, number] = [170, 60, -170, 70];
  assert.deepEqual(bodyOf({ ...NOTHING, area: { kind: 'box', box, said: '' } }, null).bbox, box);
});

test('typed numbers make a box, and what is wrong is said', () => {
  assert.deepEqual(readBox('170', '60', '-170', '70,5'), [170, 60, -170, 70.5]);
  assert.throws(() => readBox('181', '60', '0', '70'), /West must be a number from -180 to 180/);
  assert.throws(() => readBox('0', '', '0', '70'), /South must be a number/);
  assert.throws(() => readBox('0', '70', '1', '60'), /South must be less than north/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringFromPlane, type Box } from '../catalog/geo/ring.js';
import type { Plane } from '../catalog/geo/projection.js';
import { boxAround, systemOf } from './box.js';

const square = (x: number, y: number, half: number): Plane[] => [
  [x - half, y - half],
  [x + half, y - half],
  [x + half, y + half],
  [x - half, y + half]
];

test('a box drawn over the pole holds the pole', () => {
  const north = boxAround(ringFromPlane(square(0, 0, 1e6), 'north'), 'CRS84');
  assert.deepEqual([north[0], north[2], north[3]], [-180, 180, 90]);
  const south = boxAround(ringFromPlane(square(0, 0, 1e6), 'south'), 'CRS84');
  assert.deepEqual(south.slice(0, 3), [-180, -90, 180]);
  assert.ok(south[3] < -70);
});

test('a box over the antimeridian has its west east of its east, and is small', () => {
  // EPSG:3413 has 135° E upwards: the antimeridian runs up and left
  const [west, south, east, north] = boxAround(
    ringFromPlane(square(-1.5e6, 1.5e6, 1e5), 'north'),
    'CRS84'
  );
  assert.ok(west > 170 && east < -170, `${west} ${east}`);
  assert.ok(south < north);
});

test('in metres it is what was drawn', () => {
  const drawn = ringFromPlane(square(2e5, -4e5, 3e5), 'south');
  assert.deepEqual(boxAround(drawn, 'EPSG:3031'), [-1e5, -7e5, 5e5, -1e5] satisfies Box);
});

test('systems are known by their address', () => {
  assert.equal(systemOf('http://www.opengis.net/def/crs/EPSG/0/3413'), 'EPSG:3413');
  assert.equal(systemOf('http://www.opengis.net/def/crs/OGC/1.3/CRS84'), 'CRS84');
  assert.equal(systemOf('http://www.opengis.net/def/crs/EPSG/0/32633'), null);
});

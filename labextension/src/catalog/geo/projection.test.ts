import assert from 'node:assert/strict';
import { test } from 'node:test';
import { radiusOf, scaleFactor, toLonLat, toPlane, type LonLat } from './projection.js';

// From pyproj 3.7, metres.
const KNOWN: [LonLat, 'north' | 'south', [number, number]][] = [
  [[-45, 70], 'north', [0, -2187927.6]],
  [[15.6, 78.2], 'north', [1117433.7, -629641.5]],
  [[180, 85], 'north', [-383228.3, 383228.3]],
  [[166.7, -77.85], 'south', [304792.1, -1289361.3]],
  [[0, -90], 'south', [0, 0]]
];

test('places lie where PROJ puts them, within a metre', () => {
  for (const [place, hemisphere, [x, y]] of KNOWN) {
    const [u, v] = toPlane(place, hemisphere);
    assert.ok(Math.hypot(u - x, v - y) < 1, `${place.join()}: ${u}, ${v}`);
  }
});

test('a place comes back from the plane', () => {
  for (const [place, hemisphere] of KNOWN.slice(0, 4)) {
    const [lon, lat] = toLonLat(toPlane(place, hemisphere), hemisphere);
    assert.ok(Math.abs(lat - place[1]) < 1e-6);
    assert.ok(Math.abs(((lon - place[0] + 540) % 360) - 180) < 1e-6);
  }
});

test('the pole is the middle, from either side', () => {
  assert.deepEqual(toPlane([123, 90], 'north'), [0, 0]);
  assert.deepEqual(toLonLat([0, 0], 'south'), [0, -90]);
});

test('180° and -180° are one place', () => {
  const [a, b] = [toPlane([180, 80], 'north'), toPlane([-180, 80], 'north')];
  assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-6);
});

test('the other hemisphere has an end', () => {
  assert.ok(radiusOf(-90, 'north') < 1e8);
});

test('the scale is true at 70° N and 71° S, and 0.97 at the poles', () => {
  assert.ok(Math.abs(scaleFactor(70, 'north') - 1) < 1e-4);
  assert.ok(Math.abs(scaleFactor(-71, 'south') - 1) < 1e-4);
  assert.ok(Math.abs(scaleFactor(90, 'north') - 0.9698) < 1e-3);
});

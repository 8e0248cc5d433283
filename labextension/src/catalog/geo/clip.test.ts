import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipLine, onMap } from './clip.js';
import { EDGE, radiusOf } from './projection.js';

test('a line is cut where the view ends', () => {
  assert.deepEqual(clipLine([0, 0], [10, 0], [-5, -5, 5, 5]), [0, 0.5]);
  assert.equal(clipLine([0, 9], [10, 9], [-5, -5, 5, 5]), null);
});

test('a view that reaches beyond the map ends where the map does', () => {
  const radius = radiusOf(EDGE, 'north');
  const all = onMap([-2 * radius, -2 * radius, 2 * radius, 2 * radius], 'north');
  assert.equal(all.length, 72);
  assert.ok(all.every(p => Math.abs(Math.hypot(...p) - radius) < 0.01 * radius));
  assert.equal(onMap([-1e6, -1e6, 1e6, 1e6], 'north').length, 4);
  assert.deepEqual(onMap([2 * radius, 0, 3 * radius, radius], 'north'), []);
});

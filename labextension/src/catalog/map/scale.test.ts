import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleFactor, toPlane } from '../geo/projection.js';
import { scaleBar } from './scale.js';

test('the bar is a round distance, true on the ground at the latitude in view', () => {
  const bar = scaleBar(toPlane([0, 45], 'north'), 10_000, 'north');
  assert.match(bar.said, /^500 km at 45° N$/);
  assert.equal(bar.pixels, Math.round((500_000 * scaleFactor(45, 'north')) / 10_000));
});

test('near the pole the same bar is shorter on the screen, and metres are said as such', () => {
  assert.equal(scaleBar([0, 0], 10_000, 'south').said, '500 km at 90° S');
  assert.ok(scaleBar([0, 0], 10_000, 'south').pixels < scaleBar([4e6, 0], 10_000, 'south').pixels);
  assert.equal(scaleBar([0, 0], 5, 'north').said, '200 m at 90° N');
});

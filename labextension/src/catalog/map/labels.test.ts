import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFor } from './labels.js';

test('meridians are named at the rim of the view, parallels inside, none over another', () => {
  const resolution = 30_000;
  const labels = labelsFor([-4e6, -4e6, 4e6, 4e6], resolution, 'north');
  const said = labels.map(l => l.said);
  assert.ok(said.includes('80° N') && said.includes('180°') && said.includes('0°'));
  for (const [i, a] of labels.entries()) {
    for (const b of labels.slice(i + 1)) {
      const apart = [Math.abs(a.at[0] - b.at[0]), Math.abs(a.at[1] - b.at[1])].map(
        m => m / resolution
      );
      assert.ok((apart[0] ?? 0) > 30 || (apart[1] ?? 0) > 10, `${a.said} over ${b.said}`);
    }
  }
});

test('a view far from the pole is labelled too', () => {
  const said = labelsFor([1e6, -2e6, 2e6, -1e6], 4_000, 'south').map(l => l.said);
  assert.ok(said.some(s => s.endsWith('S')));
  assert.ok(said.some(s => s.endsWith('E')));
});

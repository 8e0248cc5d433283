import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readLand, type PackedLand } from './land.js';
import { EDGE, radiusOf, toPlane, type Hemisphere, type Plane } from './projection.js';

function land(hemisphere: Hemisphere, detail: string): PackedLand {
  const file = new URL(`../land/${hemisphere}-${detail}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as PackedLand;
}

function inside([x, y]: Plane, ring: Plane[]): boolean {
  return ring.reduce((odd, [u, v], i) => {
    const [p, q] = ring.at(i - 1) ?? [0, 0];
    return v > y !== q > y && x < ((p - u) * (y - v)) / (q - v) + u ? !odd : odd;
  }, false);
}

function ground(hemisphere: Hemisphere, detail: string, lon: number, lat: number): string {
  const at = toPlane([lon, lat], hemisphere);
  const shape = readLand(land(hemisphere, detail), hemisphere).find(
    s => s.rings[0] && inside(at, s.rings[0])
  );
  return shape ? (shape.ice ? 'ice' : 'land') : 'sea';
}

for (const detail of ['110m', '50m']) {
  test(`sea, land and ice are where they are (${detail})`, () => {
    assert.equal(ground('north', detail, 0, 90), 'sea');
    assert.equal(ground('north', detail, -40, 75), 'ice');
    assert.equal(ground('north', detail, 100, 70), 'land');
    assert.equal(ground('north', detail, 178, 68), 'land');
    assert.equal(ground('north', detail, -178, 67), 'land');
    assert.equal(ground('south', detail, 0, -89.9), 'ice');
    assert.equal(ground('south', detail, 179.9, -86), 'ice');
    assert.equal(ground('south', detail, -160, -70), 'sea');
  });

  test(`no coast runs along 180°, to the pole, or along the edge of the map (${detail})`, () => {
    for (const hemisphere of ['north', 'south'] as const) {
      const rim = radiusOf(EDGE, hemisphere);
      const at180 = toPlane([180, hemisphere === 'north' ? 70 : -70], hemisphere);
      const unit = at180.map(c => c / Math.hypot(...at180));
      for (const line of readLand(land(hemisphere, detail), hemisphere).flatMap(s => s.coast)) {
        line.slice(1).forEach((b, i) => {
          const a = line[i] ?? b;
          const across = (p: Plane): number =>
            Math.abs(p[0] * (unit[1] ?? 0) - p[1] * (unit[0] ?? 0));
          const long = Math.hypot(b[0] - a[0], b[1] - a[1]) > 20_000;
          assert.ok(!(long && across(a) < 1 && across(b) < 1), 'a coast along 180°');
          assert.ok(Math.hypot(...a) > 100_000 || hemisphere === 'north', 'a coast at the pole');
          assert.ok(
            !(long && Math.min(Math.hypot(...a), Math.hypot(...b)) > rim - 1),
            'a coast along the edge'
          );
        });
      }
    }
  });
}

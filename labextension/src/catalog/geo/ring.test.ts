import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPlane, type LonLat, type Plane } from './projection.js';
import { areaOf, boxRing, crossesItself, holdsPole, outlineOf, ringFromPlane } from './ring.js';

function polygon(...ring: LonLat[]): GeoJSON.Polygon {
  return { type: 'Polygon', coordinates: [[...ring, ring[0] ?? [0, 0]]] };
}

function longest(lines: Plane[][]): number {
  const steps = lines.flatMap(line =>
    line.slice(1).map((b, i) => Math.hypot(b[0] - (line[i]?.[0] ?? 0), b[1] - (line[i]?.[1] ?? 0)))
  );
  return Math.max(...steps);
}

/** Whether a point is inside of a polygon's first ring. */
function inside([x, y]: Plane, ring: Plane[]): boolean {
  return ring.reduce((odd, [u, v], i) => {
    const [p, q] = ring.at(i - 1) ?? [0, 0];
    return v > y !== q > y && x < ((p - u) * (y - v)) / (q - v) + u ? !odd : odd;
  }, false);
}

test('a tile over the antimeridian is one small shape, not a band round the world', () => {
  const { polygons, lines } = outlineOf(
    polygon([179, 71], [-179, 71], [-179, 72], [179, 72]),
    'north'
  );
  assert.equal(polygons.length, 1);
  assert.equal(lines.length, 1);
  assert.ok(longest(lines) < 120_000);
});

test('a tile of four corners about the pole is the square that it is', () => {
  const { polygons } = outlineOf(polygon([-135, 89], [-45, 89], [45, 89], [135, 89]), 'north');
  const [ring = []] = polygons[0] ?? [];
  assert.equal(ring.length, 5);
  assert.ok(inside([0, 0], ring));
});

test('a box of degrees follows its parallels, and one around the world has no slit', () => {
  const { polygons, lines } = outlineOf(
    polygon([-180, 60], [180, 60], [180, 90], [-180, 90]),
    'north'
  );
  const [ring = []] = polygons[0] ?? [];
  assert.ok(inside([1000, 1000], ring));
  const reach = lines.flat().map(p => Math.hypot(...p));
  assert.ok(lines.every(line => line.every(p => Math.hypot(...p) > 3e6) || line.length <= 2));
  assert.ok(Math.max(...reach) < 3.4e6);
});

test('two halves that meet at 180° are drawn without the seam', () => {
  const halves: GeoJSON.MultiPolygon = {
    type: 'MultiPolygon',
    coordinates: [
      polygon([175, 70], [180, 70], [180, 75], [175, 75]).coordinates,
      polygon([-180, 70], [-175, 70], [-175, 75], [-180, 75]).coordinates
    ]
  };
  const [seam70, seam75] = [toPlane([180, 70], 'north'), toPlane([180, 75], 'north')];
  const middle: Plane = [(seam70[0] + seam75[0]) / 2, (seam70[1] + seam75[1]) / 2];
  const { lines } = outlineOf(halves, 'north');
  const nearest = Math.min(
    ...lines.flat().map(p => Math.hypot(p[0] - middle[0], p[1] - middle[1]))
  );
  assert.ok(nearest > 100_000, `a vertex ${nearest} m from the middle of the seam`);
});

test('a tile that only ends at 180° keeps that edge', () => {
  const { lines } = outlineOf(polygon([175, 70], [180, 70], [180, 75], [175, 75]), 'north');
  assert.equal(lines.length, 1);
});

test('what lies in the other hemisphere is not drawn', () => {
  const tile = polygon([10, -80], [20, -80], [20, -75], [10, -75]);
  assert.deepEqual(outlineOf(tile, 'north'), { polygons: [], lines: [], points: [] });
});

test('points, lines and collections of them are drawn', () => {
  const found = outlineOf(
    {
      type: 'GeometryCollection',
      geometries: [
        {
          type: 'MultiPoint',
          coordinates: [
            [0, 80],
            [10, -80]
          ]
        },
        {
          type: 'LineString',
          coordinates: [
            [0, 80],
            [10, 81]
          ]
        }
      ]
    },
    'north'
  );
  assert.equal(found.points.length, 1);
  assert.equal(found.lines.length, 1);
});

for (const [hemisphere, sign] of [
  ['north', 1],
  ['south', -1]
] as const) {
  test(`a box drawn over the pole (${hemisphere}) becomes a ring round it that comes back`, () => {
    const ring = ringFromPlane(
      [
        [-1e6, -1e6],
        [1e6, -1e6],
        [1e6, 1e6],
        [-1e6, 1e6]
      ],
      hemisphere
    );
    assert.deepEqual(ring[0], ring.at(-1));
    assert.ok(holdsPole(ring));
    assert.ok(ring.every(([, lat]) => lat * sign > 70));
    const plane = ring.map(p => toPlane(p, hemisphere));
    assert.ok(plane.every(([x, y]) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 1e6) < 100));
    assert.ok(Math.abs(areaOf(ring, hemisphere) / 4.15e6 - 1) < 0.03);
  });

  test(`a box drawn beside the pole (${hemisphere}) turns anticlockwise in lon/lat`, () => {
    const corners: Plane[] = [
      [5e5, 5e5],
      [5e5, 9e5],
      [9e5, 9e5],
      [9e5, 5e5]
    ];
    for (const drawn of [corners, corners.toReversed()]) {
      const ring = ringFromPlane(drawn, hemisphere);
      const turn = ring
        .slice(1)
        .reduce((sum, [x, y], i) => sum + (ring[i]?.[0] ?? 0) * y - x * (ring[i]?.[1] ?? 0), 0);
      assert.ok(turn > 0);
      assert.ok(!holdsPole(ring));
    }
  });
}

test('a typed box may run over 180°', () => {
  const ring = boxRing([170, 60, -170, 70]);
  assert.deepEqual(ring[0], [170, 60]);
  assert.equal(Math.max(...ring.map(p => p[0])), 190);
  assert.ok(areaOf(ring, 'north') < 1.3e6);
});

test('an outline with a knot is told from one without', () => {
  const [a, b, c, d]: Plane[] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1]
  ];
  assert.ok(a && b && c && d);
  assert.ok(!crossesItself([a, b, c, d]));
  assert.ok(crossesItself([a, c, b, d]));
});

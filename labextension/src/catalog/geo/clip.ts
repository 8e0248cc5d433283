import { EDGE, radiusOf, type Hemisphere, type Plane } from './projection.js';

/** West, south, east, north in metres of the plane. */
export type Extent = readonly [number, number, number, number];

const CORNERS = 72;

/** The part of the line from `a` to `b` (as fractions) that lies in the extent; null where none does. */
export function clipLine(a: Plane, b: Plane, [x0, y0, x1, y1]: Extent): [number, number] | null {
  let [from, to] = [0, 1];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  for (const [p, q] of [
    [-dx, a[0] - x0],
    [dx, x1 - a[0]],
    [-dy, a[1] - y0],
    [dy, y1 - a[1]]
  ] as const) {
    if (p === 0) {
      if (q < 0) {
        return null;
      }
    } else if (p < 0) {
      from = Math.max(from, q / p);
    } else {
      to = Math.min(to, q / p);
    }
  }
  return from <= to ? [from, to] : null;
}

/** What of an extent lies on the map, as the corners of a polygon; empty where nothing does. */
export function onMap([x0, y0, x1, y1]: Extent, hemisphere: Hemisphere): Plane[] {
  const radius = radiusOf(EDGE, hemisphere);
  let polygon: Plane[] = [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1]
  ];
  for (let k = 0; k < CORNERS && polygon.length; k++) {
    const angle = (2 * Math.PI * k) / CORNERS;
    const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
    const depth = ([x, y]: Plane): number => radius - x * nx - y * ny;
    polygon = polygon.flatMap((b, i) => {
      const a = polygon.at(i - 1) ?? b;
      const [da, db] = [depth(a), depth(b)];
      const t = da / (da - db);
      const crossing: Plane[] =
        da < 0 !== db < 0 ? [[a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]] : [];
      return db >= 0 ? [...crossing, b] : crossing;
    });
  }
  return polygon;
}

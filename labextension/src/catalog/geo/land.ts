import { alongAntimeridian, drawRing, type Seam } from './ring.js';
import { EDGE, type Hemisphere, type LonLat, type Plane } from './projection.js';

/** Land as scripts/make-land.mjs packs it: integers of degrees * scale, each vertex the step from the last. */
export interface PackedLand {
  scale: number;
  shapes: { ice?: number; rings: number[][] }[];
}

/** A piece of land in the plane; its coast leaves out the seam along 180° and the edge of the map. */
export interface Shape {
  ice: boolean;
  rings: Plane[][];
  coast: Plane[][];
}

function unpack(flat: readonly number[], scale: number): LonLat[] {
  const ring: LonLat[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    x += flat[i] ?? 0;
    y += flat[i + 1] ?? 0;
    ring.push([x / scale, y / scale]);
  }
  return ring;
}

const seam: Seam = (a, b) =>
  alongAntimeridian(a, b) || (Math.abs(a[1]) === EDGE && Math.abs(b[1]) === EDGE);

/** The pieces of land of a hemisphere. */
export function readLand(packed: PackedLand, hemisphere: Hemisphere): Shape[] {
  return packed.shapes.map(({ ice, rings }) => {
    const lonlat = rings.map(r => unpack(r, packed.scale));
    const drawn = lonlat.map(ring => {
      const straight = ring.slice(1).map(p => [p]); // its vertices are dense
      return drawRing(ring, hemisphere, seam, straight);
    });
    return { ice: ice === 1, rings: drawn.map(d => d.fill), coast: drawn.flatMap(d => d.lines) };
  });
}

import { clipLine, type Extent } from '../geo/clip.js';
import { label, spacing } from '../geo/graticule.js';
import { EDGE, toPlane, type Hemisphere, type Plane } from '../geo/projection.js';

/** A word on the map, at a point of the plane. */
export interface Label {
  said: string;
  at: Plane;
}

const INSET = [22, 10] as const; // pixels from the rim of the map to the middle of a label, across and down
const FOOT = 32; // pixels that the scale bar and the credit take at the foot of the map
const APART = 34; // pixels between the middles of two labels

function shrunk([x0, y0, x1, y1]: Extent, resolution: number): Extent {
  const [dx, dy] = [INSET[0] * resolution, INSET[1] * resolution];
  const foot = FOOT * resolution;
  return [x0 + dx, y0 + foot, x1 - dx, y1 - dy];
}

function meridians(extent: Extent, resolution: number, hemisphere: Hemisphere): Label[] {
  const sign = hemisphere === 'north' ? 1 : -1;
  const { meridians: step } = spacing(resolution);
  const labels: Label[] = [];
  for (let lon = -180; lon < 180; lon += step) {
    const inner = toPlane([lon, 80 * sign], hemisphere);
    const rim = toPlane([lon, EDGE * sign], hemisphere);
    // Just outside of the disc where there is room, else at the rim of the view.
    const beyond: Plane = [rim[0] * 1.04, rim[1] * 1.04];
    const seen = clipLine(inner, beyond, extent);
    if (seen) {
      const t = seen[1];
      const at: Plane = [
        inner[0] + (beyond[0] - inner[0]) * t,
        inner[1] + (beyond[1] - inner[1]) * t
      ];
      labels.push({ said: label({ kind: 'meridian', degrees: lon }), at });
    }
  }
  return labels;
}

function parallels(extent: Extent, resolution: number, hemisphere: Hemisphere): Label[] {
  const [x0, y0, x1, y1] = extent;
  const sign = hemisphere === 'north' ? 1 : -1;
  const { meridians: turn, parallels: step } = spacing(resolution);
  const poleSeen = x0 < 0 && x1 > 0 && y0 < 0 && y1 > 0;
  // Halfway between two meridians, on the side of the pole where the view is.
  const bearing = poleSeen ? Math.PI / 4 : Math.atan2((y0 + y1) / 2, (x0 + x1) / 2);
  const half = (turn * Math.PI) / 360;
  const angle = (Math.floor(bearing / (2 * half)) * 2 + 1) * half;
  const labels: Label[] = [];
  for (let lat = EDGE + step; lat < 90; lat += step) {
    const radius = Math.hypot(...toPlane([0, lat * sign], hemisphere));
    const at: Plane = [radius * Math.cos(angle), radius * Math.sin(angle)];
    if (at[0] > x0 && at[0] < x1 && at[1] > y0 && at[1] < y1) {
      labels.push({ said: label({ kind: 'parallel', degrees: lat * sign }), at });
    }
  }
  return labels;
}

/** The labels that the graticule has in a view; none overlaps another. */
export function labelsFor(view: Extent, resolution: number, hemisphere: Hemisphere): Label[] {
  const inside = shrunk(view, resolution);
  const kept: Label[] = [];
  for (const candidate of [
    ...parallels(inside, resolution, hemisphere),
    ...meridians(inside, resolution, hemisphere)
  ]) {
    const free = kept.every(
      k =>
        Math.abs(k.at[0] - candidate.at[0]) > APART * resolution ||
        Math.abs(k.at[1] - candidate.at[1]) > 0.45 * APART * resolution
    );
    if (free) {
      kept.push(candidate);
    }
  }
  return kept;
}

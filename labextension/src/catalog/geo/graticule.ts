import { EDGE, toPlane, type Hemisphere, type Plane } from './projection.js';

/** A meridian or a parallel, with its value in degrees. */
export interface GridLine {
  kind: 'meridian' | 'parallel';
  degrees: number;
  path: Plane[];
}

/** Degrees between meridians and between parallels that suit metres a pixel. */
export function spacing(resolution: number): { meridians: number; parallels: number } {
  if (resolution > 12000) {
    return { meridians: 30, parallels: 10 };
  }
  return resolution > 3000 ? { meridians: 15, parallels: 5 } : { meridians: 5, parallels: 1 };
}

/** The lines of the graticule; meridians stop one parallel short of the pole, where they would be a blot. */
export function graticule(resolution: number, hemisphere: Hemisphere): GridLine[] {
  const { meridians, parallels } = spacing(resolution);
  const sign = hemisphere === 'north' ? 1 : -1;
  const lines: GridLine[] = [];
  for (let lat = EDGE + parallels; lat < 90; lat += parallels) {
    const path = Array.from({ length: 181 }, (_, i) =>
      toPlane([i * 2 - 180, lat * sign], hemisphere)
    );
    lines.push({ kind: 'parallel', degrees: lat * sign, path });
  }
  for (let lon = -180; lon < 180; lon += meridians) {
    const top = lon % 90 === 0 ? 90 : 90 - parallels;
    const path = [toPlane([lon, EDGE * sign], hemisphere), toPlane([lon, top * sign], hemisphere)];
    lines.push({ kind: 'meridian', degrees: lon, path });
  }
  return lines;
}

/** "45° W", "180°", "70° N". */
export function label({ kind, degrees }: Pick<GridLine, 'kind' | 'degrees'>): string {
  const size = `${Math.abs(degrees)}°`;
  if (kind === 'parallel') {
    return `${size} ${degrees > 0 ? 'N' : 'S'}`;
  }
  return degrees === 0 || Math.abs(degrees) === 180 ? size : `${size} ${degrees > 0 ? 'E' : 'W'}`;
}

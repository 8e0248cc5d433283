import { toPlane, type Hemisphere, type LonLat } from '../catalog/geo/projection.js';
import { holdsPole, type Box } from '../catalog/geo/ring.js';

/** Coordinate systems that a box can be in, by the end of their address. */
export type System = 'CRS84' | 'EPSG:3413' | 'EPSG:3031';

/** What an address such as http://www.opengis.net/def/crs/EPSG/0/3413 means; null for others. */
export function systemOf(address: string): System | null {
  const end = address.split('/').at(-1) ?? '';
  const found = { CRS84: 'CRS84', '3413': 'EPSG:3413', '3031': 'EPSG:3031' }[end];
  return (found as System | undefined) ?? null;
}

/** The hemisphere that a system is for; null where it is for the whole Earth. */
export function poleOf(system: System): Hemisphere | null {
  return system === 'CRS84' ? null : system === 'EPSG:3413' ? 'north' : 'south';
}

const wrapped = (lon: number): number => ((((lon + 180) % 360) + 360) % 360) - 180;
const rounded = (value: number, places: number): number => Number(value.toFixed(places));

function degrees(ring: readonly LonLat[]): Box {
  const lats = ring.map(([, lat]) => lat);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  if (holdsPole(ring)) {
    return north > 0 ? [-180, rounded(south, 2), 180, 90] : [-180, -90, 180, rounded(north, 2)];
  }
  // each step takes the short way, so that 179 to -179 is two degrees
  let last = ring[0]?.[0] ?? 0;
  const lons = ring.map(([lon]) => (last += wrapped(lon - last)));
  const [west, east] = [wrapped(Math.min(...lons)), wrapped(Math.max(...lons))];
  return [rounded(west, 2), rounded(south, 2), rounded(east, 2), rounded(north, 2)];
}

/** The smallest box around a ring: degrees, west more than east over 180°, or metres of the plane. */
export function boxAround(ring: readonly LonLat[], system: System): Box {
  const pole = poleOf(system);
  if (!pole) {
    return degrees(ring);
  }
  const points = ring.map(place => toPlane(place, pole));
  const [xs, ys] = [points.map(p => p[0]), points.map(p => p[1])];
  const all: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return all.map(metres => Math.round(metres / 100) * 100) as Box;
}

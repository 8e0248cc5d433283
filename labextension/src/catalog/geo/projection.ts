import proj4 from 'proj4';

/** The two maps: EPSG:3413 and EPSG:3031. */
export type Hemisphere = 'north' | 'south';

/** Longitude and latitude in degrees (EPSG:4326). */
export type LonLat = [number, number];

/** Metres in the plane of a hemisphere. */
export type Plane = [number, number];

export const CODE: Record<Hemisphere, string> = { north: 'EPSG:3413', south: 'EPSG:3031' };

/** The latitude (without its sign) where the maps end. */
export const EDGE = 30;

// Inline: nothing is looked up on the internet.
proj4.defs(
  'EPSG:3413',
  '+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84 +units=m +no_defs'
);
proj4.defs(
  'EPSG:3031',
  '+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +datum=WGS84 +units=m +no_defs'
);

const plane = {
  north: proj4('EPSG:4326', 'EPSG:3413'),
  south: proj4('EPSG:4326', 'EPSG:3031')
};

/** Where a place lies in the plane. The far hemisphere is held at 60° from the equator: it has no end there. */
export function toPlane([lon, lat]: LonLat, hemisphere: Hemisphere): Plane {
  const held = hemisphere === 'north' ? Math.max(lat, -60) : Math.min(lat, 60);
  if (Math.abs(held) === 90) {
    return [0, 0];
  }
  const [x = 0, y = 0] = plane[hemisphere].forward([lon, held]);
  return [x, y];
}

/** The place at a point of the plane. */
export function toLonLat(point: Plane, hemisphere: Hemisphere): LonLat {
  if (Math.hypot(...point) < 1e-3) {
    return [0, hemisphere === 'north' ? 90 : -90];
  }
  const [lon = 0, lat = 0] = plane[hemisphere].inverse([...point]);
  return [lon, lat];
}

/** Distance from the pole in the plane, in metres, of a latitude given without its sign. */
export function radiusOf(latitude: number, hemisphere: Hemisphere): number {
  return Math.hypot(...toPlane([0, hemisphere === 'north' ? latitude : -latitude], hemisphere));
}

const A = 6378137; // metres, WGS 84
const E2 = 0.00669437999014; // its eccentricity squared

/** Metres of the plane for a metre on the ground at a latitude (Snyder, USGS PP 1395, eq. 21-32). */
export function scaleFactor(latitude: number, hemisphere: Hemisphere): number {
  const held = Math.min(Math.abs(latitude), 89.999);
  const phi = (held * Math.PI) / 180;
  const m = Math.cos(phi) / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
  return radiusOf(held, hemisphere) / (A * m);
}

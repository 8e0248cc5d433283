import { toLonLat, toPlane, type Hemisphere, type LonLat, type Plane } from './projection.js';

/** What a geometry looks like in the plane: areas to fill, lines to draw, points. */
export interface Outline {
  polygons: Plane[][][];
  lines: Plane[][];
  points: Plane[];
}

/** Corners of a box in the order of a GeoJSON ring: west, south, east, north; west > east crosses 180°. */
export type Box = [number, number, number, number];

const STEP = 2; // degrees between two vertices of an edge that is straight in lon/lat
const POLAR = 60; // from here poleward edges are straight in the plane
const ALL_ROUND = 359; // degrees; a box this wide goes all the way round

/** For each vertex after the first, the points that lead to it from the one before. */
type Edges = LonLat[][];

/** A difference of longitudes the shorter way round; exactly half-way stays as written. */
function shorter(raw: number): number {
  return raw > 180 ? raw - 360 : raw < -180 ? raw + 360 : raw;
}

function edgesOf(ring: readonly LonLat[]): [LonLat, LonLat][] {
  return ring.slice(1).map((b, i) => [ring[i] ?? b, b]);
}

/** A box: its edges follow meridians and parallels, and both. */
function isBox(ring: readonly LonLat[]): boolean {
  const edges = edgesOf(ring);
  const [moved, rose] = [0, 1].map(axis => edges.map(([a, b]) => a[axis] !== b[axis]));
  return (
    edges.every((_, i) => !(moved?.[i] && rose?.[i])) &&
    Boolean(moved?.includes(true) && rose?.includes(true))
  );
}

/** Whether a box's edges that are longer than 180° are meant as written, and do not cross the antimeridian. */
function isWide(ring: readonly LonLat[]): boolean {
  const lons = ring.map(p => p[0]);
  const width = Math.max(...lons) - Math.min(...lons);
  const long = edgesOf(ring).filter(([a, b]) => Math.abs(b[0] - a[0]) > 180);
  const sides = long.every(([a, b]) => Math.abs(b[0] - a[0]) === width);
  return sides && (width >= ALL_ROUND || signedArea(ring) > 0);
}

/** Whole turns that a ring makes about the axis of the Earth. */
function turnsOf(ring: readonly LonLat[]): number {
  const turned = edgesOf(ring).reduce((sum, [a, b]) => sum + shorter(b[0] - a[0]), 0);
  return Math.round(turned / 360);
}

/**
 * A provider's ring as hub/catalog/geometry.py reads it: edges are straight in the plane where all corners lie
 * poleward of 60° or the ring runs about the pole, else in lon/lat, and there they take the shorter way.
 */
function read(ring: readonly LonLat[]): Edges {
  const lats = ring.map(p => p[1]);
  const [low, high] = [Math.min(...lats), Math.max(...lats)];
  const box = isBox(ring);
  const polar = low >= POLAR || high <= -POLAR || (turnsOf(ring) !== 0 && (low > 0 || high < 0));
  if (polar && !box) {
    return ring.slice(1).map(p => [p]);
  }
  const wide = box && isWide(ring);
  return edgesOf(ring).map(([a, b]) => {
    const d = wide ? b[0] - a[0] : shorter(b[0] - a[0]);
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(d), Math.abs(b[1] - a[1])) / STEP));
    return Array.from({ length: steps }, (_, i) => [
      a[0] + (d * (i + 1)) / steps,
      a[1] + ((b[1] - a[1]) * (i + 1)) / steps
    ]);
  });
}

/** Tells the edges that only close a ring in a flat map, and are not to be drawn. */
export type Seam = (a: LonLat, b: LonLat) => boolean;

function runsAlong(lon: number): Seam {
  return (a, b) => a[0] === lon && b[0] === lon && a[1] !== b[1];
}

/** Edges along 180° from either side. */
export const alongAntimeridian: Seam = (a, b) => runsAlong(180)(a, b) || runsAlong(-180)(a, b);

const atPole: Seam = (a, b) => Math.abs(a[1]) === 90 && a[1] === b[1];

/** Along 180° there is a seam only where the shape goes on beyond it; else it is an edge like others. */
function seamOf(rings: readonly (readonly LonLat[])[]): Seam {
  const has = (seam: Seam): boolean =>
    rings.some(ring => ring.some((b, i) => i > 0 && seam(ring[i - 1] ?? b, b)));
  const across = has(runsAlong(180)) && has(runsAlong(-180));
  return (a, b) => atPole(a, b) || (across && alongAntimeridian(a, b));
}

/** A ring in the plane: what to fill, and the lines to draw, which leave the seams out. */
export function drawRing(
  ring: readonly LonLat[],
  hemisphere: Hemisphere,
  seam: Seam,
  edges: Edges = read(ring)
): { fill: Plane[]; lines: Plane[][] } {
  const [first] = ring;
  if (!first) {
    return { fill: [], lines: [] };
  }
  const fill = [toPlane(first, hemisphere)];
  const lines: Plane[][] = [];
  let line = fill.slice();
  edgesOf(ring).forEach(([a, b], i) => {
    const path = (edges[i] ?? [b]).map(p => toPlane(p, hemisphere));
    fill.push(...path);
    if (seam(a, b)) {
      lines.push(line);
      line = path.slice(-1);
    } else {
      line.push(...path);
    }
  });
  lines.push(line);
  return { fill, lines: lines.filter(l => l.length > 1) };
}

function asLonLat(position: readonly number[]): LonLat {
  return [position[0] ?? 0, position[1] ?? 0];
}

/** Whether any of it lies in the half of the Earth that the map shows. */
function isHere(ring: readonly LonLat[], hemisphere: Hemisphere): boolean {
  return ring.some(([, lat]) => (hemisphere === 'north' ? lat > 0 : lat < 0));
}

/** Any GeoJSON geometry in the plane of a hemisphere; empty where it lies in the other one. */
export function outlineOf(geometry: GeoJSON.Geometry | null, hemisphere: Hemisphere): Outline {
  const out: Outline = { polygons: [], lines: [], points: [] };
  const areas = (polygons: GeoJSON.Position[][][]): void => {
    const lonlat = polygons.map(rings => rings.map(r => r.map(asLonLat)));
    const seam = seamOf(lonlat.flat());
    for (const rings of lonlat.filter(r => r[0] && isHere(r[0], hemisphere))) {
      const drawn = rings.map(r => drawRing(r, hemisphere, seam));
      out.polygons.push(drawn.map(d => d.fill));
      out.lines.push(...drawn.flatMap(d => d.lines));
    }
  };
  const line = (positions: GeoJSON.Position[]): void => {
    const lonlat = positions.map(asLonLat);
    if (isHere(lonlat, hemisphere)) {
      out.lines.push(lonlat.map(p => toPlane(p, hemisphere)));
    }
  };
  const point = (position: GeoJSON.Position): void => {
    const lonlat = asLonLat(position);
    if (isHere([lonlat], hemisphere)) {
      out.points.push(toPlane(lonlat, hemisphere));
    }
  };
  const walk = (g: GeoJSON.Geometry): void => {
    switch (g.type) {
      case 'Polygon':
        areas([g.coordinates]);
        break;
      case 'MultiPolygon':
        areas(g.coordinates);
        break;
      case 'LineString':
        line(g.coordinates);
        break;
      case 'MultiLineString':
        g.coordinates.forEach(line);
        break;
      case 'Point':
        point(g.coordinates);
        break;
      case 'MultiPoint':
        g.coordinates.forEach(point);
        break;
      case 'GeometryCollection':
        g.geometries.forEach(walk);
    }
  };
  if (geometry) {
    walk(geometry);
  }
  return out;
}

/** A box as the ring that a search by west > east means. */
export function boxRing([west, south, east, north]: Box): LonLat[] {
  const width = east >= west ? east - west : east - west + 360;
  const steps = Math.max(1, Math.ceil(width / STEP));
  const along = (lat: number, back: boolean): LonLat[] =>
    Array.from({ length: steps + 1 }, (_, i) => [
      west + (width * (back ? steps - i : i)) / steps,
      lat
    ]);
  const ring = [...along(south, false), ...along(north, true)];
  return [...ring, ring[0] ?? [west, south]];
}

const MOST = 16; // vertices a drawn edge may get, so that a straight line in the plane stays one in lon/lat
const LEAP = 50_000; // metres that need none between them

/** What was drawn in the plane, as a closed ring in lon/lat: anticlockwise, each edge in short steps. */
export function ringFromPlane(corners: readonly Plane[], hemisphere: Hemisphere): LonLat[] {
  const closed = corners.filter((p, i) => i === 0 || p.join() !== corners[i - 1]?.join());
  if (closed.length > 1 && closed[0]?.join() === closed.at(-1)?.join()) {
    closed.pop();
  }
  if (signedArea(closed) < 0) {
    closed.reverse();
  }
  const ring = closed.flatMap((a, i) => {
    const b = closed[(i + 1) % closed.length] ?? a;
    const steps = Math.min(
      MOST,
      Math.max(2, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / LEAP))
    );
    return Array.from({ length: steps }, (_, k): LonLat => {
      const t = k / steps;
      const [lon, lat] = toLonLat([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], hemisphere);
      return [round(lon), round(lat)];
    });
  });
  return [...ring, ring[0] ?? [0, 0]];
}

function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}

function signedArea(ring: readonly (readonly [number, number])[]): number {
  return (
    ring.reduce((sum, [x, y], i) => {
      const [u, v] = ring[(i + 1) % ring.length] ?? [x, y];
      return sum + x * v - u * y;
    }, 0) / 2
  );
}

/** Whether the ring of corners crosses itself: such an outline has no inside that anybody would agree on. */
export function crossesItself(corners: readonly Plane[]): boolean {
  const n = corners.length;
  const side = (a: Plane, b: Plane, c: Plane): number =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      const [a, b, c, d] = [corners[i], corners[(i + 1) % n], corners[j], corners[(j + 1) % n]];
      if (i === 0 && j === n - 1) {
        continue; // neighbours over the start
      }
      if (
        a &&
        b &&
        c &&
        d &&
        side(a, b, c) * side(a, b, d) < 0 &&
        side(c, d, a) * side(c, d, b) < 0
      ) {
        return true;
      }
    }
  }
  return false;
}

/** Whether a closed ring runs round the pole: its longitudes make a full turn. */
export function holdsPole(ring: readonly LonLat[]): boolean {
  return turnsOf(ring) !== 0;
}

const RADIUS = 6371.0072; // km, of the sphere with the Earth's surface

/** The area of a ring in km², true everywhere: measured in an equal-area plane about the pole. */
export function areaOf(ring: readonly LonLat[], hemisphere: Hemisphere): number {
  const flat = ring.map(([lon, lat]): [number, number] => {
    const colatitude = ((hemisphere === 'north' ? 90 - lat : 90 + lat) * Math.PI) / 180;
    const r = 2 * RADIUS * Math.sin(colatitude / 2);
    return [r * Math.sin((lon * Math.PI) / 180), r * Math.cos((lon * Math.PI) / 180)];
  });
  return Math.abs(signedArea(flat));
}

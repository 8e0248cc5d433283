// Land and ice of both hemispheres from Natural Earth (npm world-atlas), cut at 30° and packed for the map.
//
// A file holds {scale, shapes: [{ice, rings: [[lon, lat, dlon, dlat, ...]]}]} in integers of degrees * scale,
// each vertex as the difference from the one before. The vertices at the pole, which only close the ring in a
// flat map, are left out.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { merge } from 'topojson-client';
import { HERE } from './python.mjs';

const EDGE = 30; // degrees of latitude where the map ends; src/catalog/geo/projection.ts knows it as EDGE
const ICE = new Set(['010', '304']); // Antarctica, Greenland
const SCALES = { '110m': 50, '50m': 100 };
const require = createRequire(import.meta.url);

/** A ring cut at the latitude of the edge; along the edge a vertex every degree, so that it follows the circle. */
function cut(ring, sign) {
  const inside = ([, lat]) => lat * sign >= EDGE;
  const out = [];
  const push = point => {
    const last = out.at(-1);
    if (last && last[1] === point[1] && point[1] === EDGE * sign) {
      const steps = Math.ceil(Math.abs(point[0] - last[0]));
      for (let i = 1; i < steps; i++) {
        out.push([last[0] + ((point[0] - last[0]) * i) / steps, EDGE * sign]);
      }
    }
    out.push(point);
  };
  ring.forEach((b, i) => {
    if (i === 0) return;
    const a = ring[i - 1];
    if (inside(a) !== inside(b)) {
      const t = (EDGE * sign - a[1]) / (b[1] - a[1]);
      push([a[0] + (b[0] - a[0]) * t, EDGE * sign]);
    }
    if (inside(b)) push(b);
  });
  if (out.length) push(out[0]);
  return out;
}

function pack(ring, scale) {
  const flat = [];
  let [x, y] = [0, 0];
  for (const [lon, lat] of ring) {
    if (Math.abs(lat) > 89.99) continue;
    const [u, v] = [Math.round(lon * scale), Math.round(lat * scale)];
    if (flat.length && u === x && v === y) continue;
    flat.push(u - x, v - y);
    [x, y] = [u, v];
  }
  return flat;
}

function shapes(multi, ice, sign, scale) {
  return multi.coordinates
    .map(rings => rings.map(r => pack(cut(r, sign), scale)).filter(r => r.length >= 8))
    .filter(rings => rings.length)
    .map(rings => (ice ? { ice: 1, rings } : { rings }));
}

const folder = join(HERE, 'src', 'catalog', 'land');
mkdirSync(folder, { recursive: true });
for (const [name, scale] of Object.entries(SCALES)) {
  const atlas = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${name}.json`)));
  const parts = atlas.objects.countries.geometries;
  const land = merge(
    atlas,
    parts.filter(p => !ICE.has(p.id))
  );
  const ice = merge(
    atlas,
    parts.filter(p => ICE.has(p.id))
  );
  for (const [pole, sign] of [
    ['north', 1],
    ['south', -1]
  ]) {
    const all = [...shapes(land, false, sign, scale), ...shapes(ice, true, sign, scale)];
    writeFileSync(join(folder, `${pole}-${name}.json`), JSON.stringify({ scale, shapes: all }));
  }
}

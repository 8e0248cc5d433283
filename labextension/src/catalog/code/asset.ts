import { isObject, list, text, type Asset, type Item, type JsonObject } from '../stac.js';

/** The kinds of file that a cell can open. */
export type Kind = 'netcdf' | 'opendap' | 'cog' | 'npz';

export const KIND_NAMES: Record<Kind, string> = {
  netcdf: 'NetCDF',
  opendap: 'OPeNDAP',
  cog: 'GeoTIFF',
  npz: 'NumPy archive'
};

/** What opens an asset, by its media type, then by its address; null where no cell can. */
export function kindOf(asset: Asset): Kind | null {
  const type = (asset.type ?? '').toLowerCase();
  const path = (asset.href.split(/[?#]/)[0] ?? '').toLowerCase();
  if (
    asset.roles.includes('opendap') ||
    type.includes('opendap') ||
    /\/(dodsc|opendap)\//.test(path)
  ) {
    return 'opendap';
  }
  if (/^application\/(x-)?netcdf/.test(type) || /\.(nc4?|cdf)$/.test(path)) {
    return 'netcdf';
  }
  if (type.startsWith('image/tiff') || (!type && /\.tiff?$/.test(path))) {
    return 'cog';
  }
  return type.includes('npz') || path.endsWith('.npz') ? 'npz' : null;
}

const ASIDE = new Set(['thumbnail', 'overview', 'metadata', 'visual', 'index']);

/** Assets that a cell can open, the data first and what describes it last. */
export function openable(item: Item): [string, Asset][] {
  const rank = (asset: Asset): number =>
    asset.roles.includes('data') ? 0 : asset.roles.some(r => ASIDE.has(r)) ? 2 : 1;
  return Object.entries(item.assets)
    .filter(([, asset]) => kindOf(asset) !== null)
    .sort((a, b) => rank(a[1]) - rank(b[1]));
}

/** Where the kernel finds the file: a path for what is on this machine, else the address. */
export function placeOf(asset: Asset): string {
  return asset.href.startsWith('file://')
    ? decodeURIComponent(new URL(asset.href).pathname)
    : asset.href;
}

/** What the asset says of its bands, wherever its version of STAC keeps it. */
export function bandsOf(asset: Asset): JsonObject[] {
  return [...list(asset.all.bands), ...list(asset.all['raster:bands'])].filter(isObject);
}

/** The unit of the values; '' where nobody says. */
export function unitOf(asset: Asset): string {
  return text(asset.all.unit) || text(bandsOf(asset).find(b => b.unit !== undefined)?.unit);
}

/** What the colour bar says: the quantity, and its unit where it is known. */
export function labelOf(key: string, asset: Asset): string {
  const unit = unitOf(asset);
  return `${asset.title ?? key}${unit ? ` (${unit})` : ''}`;
}

/** The CRS that the asset or the item declares, as `EPSG:…`; '' where neither does. */
export function crsOf(item: Item, asset: Asset): string {
  for (const said of [asset.all, item.properties]) {
    if (typeof said['proj:code'] === 'string') {
      return said['proj:code'];
    }
    if (typeof said['proj:epsg'] === 'number') {
      return `EPSG:${said['proj:epsg']}`;
    }
  }
  return '';
}

/** Whether the data lies on a plane in metres, of a CRS with a code or without. */
export function hasPlane(item: Item, asset: Asset): boolean {
  const said = { ...item.properties, ...asset.all };
  return (
    crsOf(item, asset) !== '' || text(said['proj:wkt2']) !== '' || isObject(said['proj:projjson'])
  );
}

/** Whether the grid is wholly known, so that nothing has to be chosen to load it. */
export function hasGrid(item: Item, asset: Asset): boolean {
  const said = { ...item.properties, ...asset.all };
  return (
    crsOf(item, asset) !== '' &&
    Array.isArray(said['proj:transform']) &&
    Array.isArray(said['proj:shape'])
  );
}

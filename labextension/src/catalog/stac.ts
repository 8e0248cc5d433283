/** What the catalog speaks, as far as the panel uses it, and the readers that make it out of unknown JSON. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export interface Asset {
  href: string;
  title?: string;
  description?: string;
  type?: string;
  roles: string[];
  /** All that the asset says, for bands, projection and the like. */
  all: JsonObject;
}

export interface Item {
  /** Collection and id: what tells two items apart. */
  key: string;
  id: string;
  collection: string;
  geometry: GeoJSON.Geometry | null;
  bbox: number[] | null;
  properties: JsonObject;
  assets: Record<string, Asset>;
  links: Link[];
}

export interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
}

export interface Collection {
  id: string;
  title: string;
  description: string;
  license: string;
  source: string;
  access: string;
  providers: string[];
  interval: [string | null, string | null];
  bbox: number[] | null;
  summaries: JsonObject;
}

/** How one catalog did in a search: asked, ok, slow, failed, unreachable or wrong. */
export interface SourceReport {
  id: string;
  title: string;
  state: string;
  message: string;
  returned: number;
  matched: number | null;
  seconds: number | null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Members that are there; exact optional properties want them absent, not undefined. */
function given(members: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).filter(
      (e): e is [string, string] => typeof e[1] === 'string' && e[1] !== ''
    )
  );
}

function readAsset(value: JsonObject): Asset {
  const { title, description, type } = value;
  return {
    href: text(value.href),
    roles: list(value.roles).filter(r => typeof r === 'string'),
    all: value,
    ...given({ title, description, type })
  };
}

function readLink(value: JsonObject): Link {
  const { type, title } = value;
  return { rel: text(value.rel), href: text(value.href), ...given({ type, title }) };
}

const GEOMETRIES = [
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon'
];

function readGeometry(value: unknown): GeoJSON.Geometry | null {
  const known =
    isObject(value) &&
    ((GEOMETRIES.includes(text(value.type)) && Array.isArray(value.coordinates)) ||
      (value.type === 'GeometryCollection' && Array.isArray(value.geometries)));
  return known ? (value as unknown as GeoJSON.Geometry) : null;
}

/** An item, or nothing where the value is none. */
export function readItem(value: unknown): Item | null {
  if (!isObject(value) || typeof value.id !== 'string') {
    return null;
  }
  const collection = text(value.collection);
  const assets = Object.entries(isObject(value.assets) ? value.assets : {});
  const bbox = list(value.bbox).filter(n => typeof n === 'number');
  return {
    key: `${collection}/${value.id}`,
    id: value.id,
    collection,
    geometry: readGeometry(value.geometry),
    bbox: bbox.length >= 4 ? bbox : null,
    properties: isObject(value.properties) ? value.properties : {},
    assets: Object.fromEntries(
      assets.flatMap(([key, asset]) => (isObject(asset) ? [[key, readAsset(asset)]] : []))
    ),
    links: list(value.links).filter(isObject).map(readLink)
  };
}

/** The source of what this hub holds itself, as the api names it. */
export const EMBEDDED = 'polarhub';

/** A collection, or nothing where the value is none. */
export function readCollection(value: unknown): Collection | null {
  if (!isObject(value) || typeof value.id !== 'string') {
    return null;
  }
  const extent = isObject(value.extent) ? value.extent : {};
  const temporal = isObject(extent.temporal) ? list(extent.temporal.interval)[0] : null;
  const spatial = isObject(extent.spatial) ? list(extent.spatial.bbox)[0] : null;
  const [from, to] = list(temporal);
  const bbox = list(spatial).filter(n => typeof n === 'number');
  return {
    id: value.id,
    title: text(value.title, value.id),
    description: text(value.description),
    license: text(value.license),
    source: text(value['polarhub:source'], EMBEDDED),
    access: text(value['polarhub:access']),
    providers: list(value.providers)
      .filter(isObject)
      .map(p => text(p.name))
      .filter(Boolean),
    interval: [text(from) || null, text(to) || null],
    bbox: bbox.length >= 4 ? bbox : null,
    summaries: isObject(value.summaries) ? value.summaries : {}
  };
}

/** The report of a source, or nothing where the value is none. */
export function readReport(value: unknown, otherwise = 'ok'): SourceReport | null {
  if (!isObject(value) || typeof value.id !== 'string') {
    return null;
  }
  return {
    id: value.id,
    title: text(value.title, value.id),
    state: text(value.state, otherwise),
    message: text(value.message),
    returned: number(value.returned) ?? 0,
    matched: number(value.matched),
    seconds: number(value.seconds)
  };
}

/** The hemisphere an item lies in wholly; null where it is in both, or nobody knows. */
export function sideOf(item: Item): 'north' | 'south' | null {
  const { bbox } = item;
  const [south, north] = bbox?.length === 6 ? [bbox[1], bbox[4]] : [bbox?.[1], bbox?.[3]];
  if (south === undefined || north === undefined) {
    return null;
  }
  return south >= 0 ? 'north' : north <= 0 ? 'south' : null;
}

/** The title a person sees for an item. */
export function titleOf(item: Item): string {
  return text(item.properties.title) || item.id;
}

/** Begin and end of an item as ISO times; alike where it is an instant. */
export function timeOf(item: Item): [string, string] | null {
  const { datetime, start_datetime: start, end_datetime: end } = item.properties;
  const [from, to] = [text(start) || text(datetime), text(end) || text(datetime)];
  return from || to ? [from || to, to || from] : null;
}

import { nameOf } from './words.js';
import {
  isObject,
  list,
  number,
  text,
  type Collection,
  type Json,
  type JsonObject
} from './stac.js';

/** A property that results can be narrowed by. */
export interface Field {
  name: string;
  title: string;
  kind: 'range' | 'oneOf' | 'contains';
  /** Bounds where they are known. */
  from: number | null;
  to: number | null;
  /** Values to choose from. */
  values: Json[];
}

// Place, time and identity have controls of their own.
const ELSEWHERE = new Set([
  'id',
  'collection',
  'geometry',
  'bbox',
  'datetime',
  'start_datetime',
  'end_datetime'
]);

function titled(name: string, title: string): string {
  return title && title.toLowerCase() !== name.toLowerCase() ? title : nameOf(name);
}

function fieldOfSummary(name: string, value: Json): Field | null {
  const title = titled(name, '');
  if (isObject(value)) {
    const [from, to] = [number(value.minimum), number(value.maximum)];
    return from === null && to === null
      ? null
      : { name, title, kind: 'range', from, to, values: [] };
  }
  const values = list(value).filter(v => typeof v === 'string' || typeof v === 'number') as Json[];
  return values.length > 0 && values.length <= 50
    ? { name, title, kind: 'oneOf', from: null, to: null, values }
    : null;
}

function fieldOfSchema(name: string, schema: JsonObject): Field | null {
  const title = titled(name, text(schema.title));
  const types = [schema.type].flat();
  const values = list(schema.enum) as Json[];
  if (values.length) {
    return { name, title, kind: 'oneOf', from: null, to: null, values };
  }
  if (types.includes('number') || types.includes('integer')) {
    const [from, to] = [number(schema.minimum), number(schema.maximum)];
    return { name, title, kind: 'range', from, to, values };
  }
  const isText = types.includes('string') && schema.format !== 'date-time';
  return isText ? { name, title, kind: 'contains', from: null, to: null, values } : null;
}

/** What a collection can be narrowed by: what it summarises, and what its catalog says can be asked. */
export function fieldsOf(collection: Collection, queryables: unknown): Field[] {
  const properties =
    isObject(queryables) && isObject(queryables.properties) ? queryables.properties : {};
  const found = new Map<string, Field>();
  for (const [name, schema] of Object.entries(properties)) {
    const field = isObject(schema) ? fieldOfSchema(name, schema) : null;
    if (field && !ELSEWHERE.has(name)) {
      found.set(name, field);
    }
  }
  for (const [name, value] of Object.entries(collection.summaries)) {
    const field = fieldOfSummary(name, value);
    if (field && !ELSEWHERE.has(name)) {
      found.set(name, { ...field, title: found.get(name)?.title ?? field.title });
    }
  }
  return [...found.values()].sort((a, b) => a.title.localeCompare(b.title));
}

/** Fields of several collections as one list, as wide as any of them; where there is no choice, no field. */
export function mergeFields(all: readonly Field[][]): Field[] {
  const found = new Map<string, Field>();
  for (const field of all.flat()) {
    const known = found.get(field.name);
    if (!known || known.kind !== field.kind) {
      found.set(field.name, known ?? field);
      continue;
    }
    const widest = (pick: typeof Math.min, a: number | null, b: number | null): number | null =>
      a === null || b === null ? null : pick(a, b);
    found.set(field.name, {
      ...known,
      from: widest(Math.min, known.from, field.from),
      to: widest(Math.max, known.to, field.to),
      values: [...new Set([...known.values, ...field.values])]
    });
  }
  const choosable = [...found.values()].filter(f => f.kind !== 'oneOf' || f.values.length > 1);
  return choosable.sort((a, b) => a.title.localeCompare(b.title));
}

/** Inputs as fields of a form, what stands in them at first, and the values that were typed. */
import { isObject, list, number, text, type Json, type JsonObject } from '../catalog/stac.js';
import type { Described } from './documents.js';

export type Kind =
  | 'text'
  | 'number'
  | 'flag'
  | 'choice'
  | 'date'
  | 'time'
  | 'interval'
  | 'box'
  | 'list'
  | 'file'
  | 'json';

/** An input as it is asked for. */
export interface Field extends Described {
  kind: Kind;
  /** Values of a choice, as JSON and in words. */
  options: { value: string; said: string }[];
  /** What stands in the field at first. */
  first: Draft;
  /** Whether leaving it empty is an answer. */
  mayBeEmpty: boolean;
  /** Units and range in words. */
  hint: string;
}

/** What was typed: by the input's name, parts of one as `name.part`. */
export type Draft = Record<string, string>;

export const SIDES = ['west', 'south', 'east', 'north'] as const;

/** A file larger than this does not travel inside of a request. */
export const LARGEST = 2_500_000;

function takesBytes(schema: JsonObject): boolean {
  return Boolean(schema.contentEncoding) || ['binary', 'byte'].includes(text(schema.format));
}

function arms(schema: JsonObject): JsonObject[] {
  const all = [...list(schema.oneOf), ...list(schema.anyOf)].filter(isObject);
  return all.length ? all : [schema];
}

const FORMATS: Record<string, Kind> = { date: 'date', 'date-time': 'time', interval: 'interval' };

export function kindOf(schema: JsonObject): Kind {
  const type = text(schema.type);
  const items = isObject(schema.items) ? schema.items : {};
  if (text(schema.format) === 'ogc-bbox') {
    return 'box';
  }
  if (list(schema.enum).length) {
    return 'choice';
  }
  if (arms(schema).some(takesBytes)) {
    return 'file';
  }
  switch (type) {
    case 'boolean':
      return 'default' in schema ? 'flag' : 'choice';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return FORMATS[text(schema.format)] ?? 'text';
    case 'array':
      return ['string', 'integer', 'number'].includes(text(items.type)) ? 'list' : 'json';
    default:
      return 'json';
  }
}

function rangeOf(schema: JsonObject, unit: string): string {
  const low = number(schema.minimum);
  const high = number(schema.maximum);
  const after = unit ? ` ${unit}` : '';
  const above = schema.exclusiveMinimum === true ? 'more than' : 'from';
  const below = schema.exclusiveMaximum === true ? 'less than' : 'to';
  const said = [low === null ? '' : `${above} ${low}`, high === null ? '' : `${below} ${high}`];
  const range = said.filter(Boolean).join(' ');
  return range ? `${range}${after}` : unit;
}

function hintOf(kind: Kind, one: Described): string {
  const { schema } = one;
  const items = isObject(schema.items) ? schema.items : {};
  switch (kind) {
    case 'number':
      return [text(schema.type) === 'integer' ? 'a whole number' : '', rangeOf(schema, one.unit)]
        .filter(Boolean)
        .join(' ');
    case 'list':
      return [`one a line`, rangeOf(items, one.unit)].filter(Boolean).join(', ');
    case 'time':
      return 'in UTC';
    case 'interval':
      return 'in UTC; an empty end is open';
    case 'json':
      return arms(schema).some(arm => text(arm.type) === 'string') ? 'text or JSON' : 'JSON';
    case 'file':
      return `${text(arms(schema).find(takesBytes)?.contentMediaType) || 'a file'}, ${LARGEST / 1e6} MB at most`;
    default:
      return one.unit;
  }
}

function saidOf(value: Json): string {
  return typeof value === 'boolean'
    ? value
      ? 'yes'
      : 'no'
    : value === null
      ? 'none'
      : asText(value);
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as it stands in a field. */
export function draftOf(kind: Kind, name: string, value: Json | undefined): Draft {
  if (value === undefined || (value === null && kind !== 'choice')) {
    return {};
  }
  if (kind === 'box' && isObject(value)) {
    const numbers = list(value.bbox).map(n => number(n) ?? 0);
    const flat = numbers.length === 6 ? [0, 1, 3, 4].map(i => numbers[i] ?? 0) : numbers;
    const sides = SIDES.map((side, i): [string, string] => [
      `${name}.${side}`,
      String(flat[i] ?? '')
    ]);
    return { ...Object.fromEntries(sides), [`${name}.crs`]: text(value.crs) };
  }
  if (kind === 'interval') {
    const [from = '', to = ''] = asText(value).split('/');
    const day = (end: string): string => (end === '..' ? '' : end.slice(0, 10));
    return { [`${name}.from`]: day(from), [`${name}.to`]: day(to) };
  }
  if (kind === 'list' && Array.isArray(value)) {
    return { [name]: value.map(asText).join('\n') };
  }
  if (kind === 'time') {
    return { [name]: asText(value).slice(0, 19) };
  }
  return { [name]: kind === 'choice' || kind === 'flag' ? JSON.stringify(value) : asText(value) };
}

export function fieldOf(one: Described): Field {
  const kind = kindOf(one.schema);
  const known = list(one.schema.enum) as Json[];
  const options = known.length ? known : [true, false];
  return {
    ...one,
    kind,
    options:
      kind === 'choice' ? options.map(v => ({ value: JSON.stringify(v), said: saidOf(v) })) : [],
    first: draftOf(kind, one.name, one.schema.default),
    mayBeEmpty: !one.needed,
    hint: hintOf(kind, one)
  };
}

/** The form as it is at first: defaults, or what a former run was given. */
export function firstDraft(fields: readonly Field[], given: JsonObject | null): Draft {
  return Object.assign(
    {},
    ...fields.map(field => {
      const sent = given?.[field.name];
      // objects were sent in `value`, as the standard wants them
      const value = isObject(sent) && 'value' in sent ? sent.value : sent;
      return given ? draftOf(field.kind, field.name, value) : field.first;
    })
  ) as Draft;
}

/** What was typed, as the values that a run is given, or what is wrong in a sentence. */
import { isObject, list, number, text, type Json, type JsonObject } from '../catalog/stac.js';
import { systemOf } from './box.js';
import { SIDES, type Draft, type Field } from './fields.js';

/** What was typed is no value of its input. */
export class Unusable extends Error {}

/** The value of a field; undefined where it was left empty and may be. Throws Unusable. */
export function valueOf(field: Field, draft: Draft): Json | undefined {
  const value = typed(field, draft);
  if (value === undefined && !field.mayBeEmpty) {
    throw new Unusable('This is needed.');
  }
  return value;
}

function typed(field: Field, draft: Draft): Json | undefined {
  const { name, schema } = field;
  const said = draft[name] ?? '';
  switch (field.kind) {
    case 'box':
      return box(field, draft);
    case 'interval':
      return interval(draft[`${name}.from`] ?? '', draft[`${name}.to`] ?? '');
    case 'flag':
      return said === 'true';
    case 'text':
      return said === '' ? undefined : checkedText(said, schema);
  }
  if (said.trim() === '') {
    return undefined;
  }
  switch (field.kind) {
    case 'number':
      return numeral(said, schema, field.unit);
    case 'list':
      return lines(said, schema, field.unit);
    case 'choice':
      return JSON.parse(said) as Json;
    case 'time':
      return `${said.length === 16 ? `${said}:00` : said}Z`;
    case 'json':
      return anything(said, schema);
    default:
      return said;
  }
}

function numeral(said: string, schema: JsonObject, unit: string): number {
  const value = Number(said.trim().replace(',', '.').replace('−', '-'));
  const after = unit ? ` ${unit}` : '';
  if (!said.trim() || !Number.isFinite(value)) {
    throw new Unusable(`Write a number${after && ` in${after}`}.`);
  }
  if (text(schema.type) === 'integer' && !Number.isInteger(value)) {
    throw new Unusable('Write a whole number.');
  }
  const low = number(schema.minimum);
  const high = number(schema.maximum);
  if (low !== null && (value < low || (value === low && schema.exclusiveMinimum === true))) {
    const than = schema.exclusiveMinimum === true ? 'more than ' : '';
    throw new Unusable(`Write ${than || 'at least '}${low}${after}.`);
  }
  if (high !== null && (value > high || (value === high && schema.exclusiveMaximum === true))) {
    const than = schema.exclusiveMaximum === true ? 'less than ' : '';
    throw new Unusable(`Write ${than || 'at most '}${high}${after}.`);
  }
  return value;
}

function checkedText(said: string, schema: JsonObject): string {
  const least = number(schema.minLength) ?? 0;
  const most = number(schema.maxLength) ?? Infinity;
  const length = Array.from(said).length;
  if (length < least || length > most) {
    throw new Unusable(
      most === Infinity
        ? `Write at least ${least} characters.`
        : `Write ${least} to ${most} characters.`
    );
  }
  return said;
}

function lines(said: string, schema: JsonObject, unit: string): Json[] {
  const items = isObject(schema.items) ? schema.items : {};
  const words = text(items.type) === 'string';
  const cells = said.split(words ? '\n' : /[\n;\s]+|,(?=\s)/).map(cell => cell.trim());
  const values = cells.filter(Boolean).map(cell => (words ? cell : numeral(cell, items, unit)));
  const least = number(schema.minItems) ?? 0;
  const most = number(schema.maxItems) ?? Infinity;
  if (values.length < least || values.length > most) {
    throw new Unusable(
      values.length < least ? `Write at least ${least} of them.` : `Write at most ${most} of them.`
    );
  }
  return values;
}

function interval(from: string, to: string): string | undefined {
  if (!from && !to) {
    return undefined;
  }
  if (from && to && from > to) {
    throw new Unusable('The first day is after the last one: swap them.');
  }
  return `${from || '..'}/${to || '..'}`;
}

function box(field: Field, draft: Draft): JsonObject | undefined {
  const sides = SIDES.map(side => (draft[`${field.name}.${side}`] ?? '').trim());
  if (sides.every(side => side === '')) {
    return undefined;
  }
  const numbers = sides.map(side => Number(side.replace(',', '.').replace('−', '-')));
  if (sides.includes('') || !numbers.every(Number.isFinite)) {
    throw new Unusable('Write four numbers, or draw the box on the map.');
  }
  const [west = 0, south = 0, east = 0, north = 0] = numbers;
  const crs = draft[`${field.name}.crs`] ?? '';
  const degrees = !crs || systemOf(crs) === 'CRS84';
  if (degrees && (Math.max(Math.abs(west), Math.abs(east)) > 180 || south < -90 || north > 90)) {
    throw new Unusable('Longitudes are from -180 to 180, latitudes from -90 to 90 degrees.');
  }
  if (south >= north) {
    throw new Unusable('South must be less than north.');
  }
  if (!degrees && west >= east) {
    throw new Unusable('In metres, west must be less than east.');
  }
  return { bbox: numbers, ...(crs ? { crs } : {}) };
}

function anything(said: string, schema: JsonObject): Json {
  const arms = [...list(schema.oneOf), ...list(schema.anyOf)].filter(isObject);
  const takesText = arms.some(arm => text(arm.type) === 'string');
  if (takesText && !/^\s*[{[]/.test(said)) {
    return said;
  }
  let value: Json;
  try {
    value = JSON.parse(said) as Json;
  } catch {
    throw new Unusable('This is no JSON: look for a missing quote, comma or bracket.');
  }
  return isObject(value) ? { value } : value;
}

/** All values of a form, and by name what is wrong. */
export function valuesOf(
  fields: readonly Field[],
  draft: Draft
): { inputs: JsonObject; wrong: Record<string, string> } {
  const inputs: JsonObject = {};
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    try {
      const value = valueOf(field, draft);
      if (value !== undefined) {
        inputs[field.name] = value;
      }
    } catch (error) {
      if (!(error instanceof Unusable)) {
        throw error;
      }
      wrong[field.name] = error.message;
    }
  }
  return { inputs, wrong };
}

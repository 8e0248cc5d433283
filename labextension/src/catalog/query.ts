import type { Box } from './geo/ring.js';
import type { LonLat } from './geo/projection.js';
import type { Json, JsonObject } from './stac.js';

/** The place of a search: a ring that was drawn, or a box of degrees that was typed. */
export type Area =
  { kind: 'ring'; ring: LonLat[]; said: string } | { kind: 'box'; box: Box; said: string };

/** A condition on one property. */
export type Condition =
  | { property: string; kind: 'range'; from: number | null; to: number | null }
  | { property: string; kind: 'oneOf'; values: Json[] }
  | { property: string; kind: 'contains'; text: string };

/** All that is asked. Dates are days in UTC, `YYYY-MM-DD`, '' for an open end. */
export interface Question {
  area: Area | null;
  from: string;
  to: string;
  collections: string[];
  conditions: Condition[];
}

/** Items a page. */
export const PAGE = 25;

/** What is wrong with the dates, in a sentence, or nothing. */
export function troubleWithDates(from: string, to: string): string | null {
  return from && to && from > to ? 'The first day is after the last one: swap them.' : null;
}

/** The interval as STAC wants it; both days are in it. */
export function datetimeOf(from: string, to: string): string | null {
  if (!from && !to) {
    return null;
  }
  return `${from ? `${from}T00:00:00Z` : '..'}/${to ? `${to}T23:59:59Z` : '..'}`;
}

function clause(condition: Condition): JsonObject[] {
  const property = { property: condition.property };
  switch (condition.kind) {
    case 'range':
      return [
        ...(condition.from === null ? [] : [{ op: '>=', args: [property, condition.from] }]),
        ...(condition.to === null ? [] : [{ op: '<=', args: [property, condition.to] }])
      ];
    case 'oneOf':
      return condition.values.length ? [{ op: 'in', args: [property, condition.values] }] : [];
    case 'contains': {
      const pattern = condition.text.replace(/[\\%_]/g, c => `\\${c}`);
      return condition.text ? [{ op: 'like', args: [property, `%${pattern}%`] }] : [];
    }
  }
}

/** The conditions as CQL2 JSON, null where they ask nothing. */
export function filterOf(conditions: readonly Condition[]): JsonObject | null {
  const clauses = conditions.flatMap(clause);
  return clauses.length > 1 ? { op: 'and', args: clauses } : (clauses[0] ?? null);
}

/** The parameters of a search, as STAC names them: what is sent, and what pystac-client is given. */
export function parametersOf(question: Question): JsonObject {
  const { area } = question;
  const datetime = datetimeOf(question.from, question.to);
  const filter = filterOf(question.conditions);
  return {
    ...(question.collections.length ? { collections: question.collections } : {}),
    ...(area?.kind === 'ring' ? { intersects: { type: 'Polygon', coordinates: [area.ring] } } : {}),
    ...(area?.kind === 'box' ? { bbox: area.box } : {}),
    ...(datetime ? { datetime } : {}),
    ...(filter ? { 'filter-lang': 'cql2-json', filter } : {})
  };
}

/** The body of a search request. */
export function bodyOf(question: Question, token: string | null): JsonObject {
  return { ...parametersOf(question), limit: PAGE, ...(token ? { token } : {}) };
}

/** The box that four typed numbers mean; throws a sentence where they mean none. */
export function readBox(west: string, south: string, east: string, north: string): Box {
  const read = (name: string, value: string, limit: number): number => {
    const n = Number(value.trim().replace(',', '.').replace('−', '-'));
    if (!value.trim() || !Number.isFinite(n) || Math.abs(n) > limit) {
      throw new RangeError(`${name} must be a number from -${limit} to ${limit} degrees.`);
    }
    return n;
  };
  const box: Box = [
    read('West', west, 180),
    read('South', south, 90),
    read('East', east, 180),
    read('North', north, 90)
  ];
  if (box[1] >= box[3]) {
    throw new RangeError('South must be less than north.');
  }
  return box;
}

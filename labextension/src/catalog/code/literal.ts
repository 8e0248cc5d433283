import type { Json } from '../stac.js';

// Characters that end a string, hide in it or turn its direction: written as escapes. The rest stays readable.
const ESCAPED = /["\\]|[^\P{C}]|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;
const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t'
};

function escape(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const hex = point.toString(16);
  return (
    SHORT[character] ??
    (point > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`)
  );
}

/** A string as Python writes it: whatever is in it, it stays a string. */
export function pythonString(value: string): string {
  return `"${value.replace(ESCAPED, escape)}"`;
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) {
    return 'float("nan")';
  }
  return Number.isFinite(value) ? String(value) : `float("${value > 0 ? '' : '-'}inf")`;
}

const WIDTH = 88; // characters a line of the cell may have

/** Any JSON value as a Python literal; what does not fit a line is broken up as a formatter would. */
export function python(value: Json, indent = 0): string {
  if (value === null) {
    return 'None';
  }
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return pythonNumber(value);
    case 'string':
      return pythonString(value);
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = (deeper: number): string[] =>
    Array.isArray(value)
      ? value.map(v => python(v, deeper))
      : Object.entries(value).map(([k, v]) => `${pythonString(k)}: ${python(v, deeper)}`);
  const inner = indent + 4;
  const flat = `${open ?? ''}${members(inner).join(', ')}${close ?? ''}`;
  if (indent + flat.length <= WIDTH && !flat.includes('\n')) {
    return flat;
  }
  const pad = ' '.repeat(inner);
  const broken = isNumbers(value) ? wrap(members(inner), inner) : members(inner).join(`,\n${pad}`);
  return `${open ?? ''}\n${pad}${broken},\n${' '.repeat(indent)}${close ?? ''}`;
}

/** Coordinates: short things of which many fit a line. */
function isNumbers(value: Json[] | { [key: string]: Json }): boolean {
  return Array.isArray(value) && value.every(v => typeof v === 'number' || isPosition(v));
}

function isPosition(value: Json): boolean {
  return Array.isArray(value) && value.length <= 4 && value.every(v => typeof v === 'number');
}

function wrap(members: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const member of members) {
    if (line && indent + line.length + member.length + 3 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line ? `, ${member}` : member;
  }
  return [...lines, line].join(`,\n${' '.repeat(indent)}`);
}

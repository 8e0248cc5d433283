import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '../stac.js';
import { python, pythonString } from './literal.js';

const own = new URL('../../../../.venv/bin/python', import.meta.url).pathname;
const interpreter = process.env.PYTHON ?? (existsSync(own) ? own : 'python3');

/** What Python itself reads from each literal, as JSON. */
function readBack(literals: string[]): Json {
  const code = `
import ast, json, sys
print(json.dumps([ast.literal_eval(l) for l in json.load(sys.stdin)]))`;
  const said = execFileSync(interpreter, ['-c', code], {
    input: JSON.stringify(literals),
    encoding: 'utf8'
  });
  return JSON.parse(said) as Json;
}

const HOSTILE = [
  '',
  'plain',
  'a "quoted" title',
  "it's",
  '"""',
  'back\\slash and \\" both',
  'ends with \\',
  'line\nbreak\r\nand\ttab',
  '\u0000\u0007\u001b[31m',
  '\u2028 and \u2029',
  '\u202e turned round',
  'no\u200bwidth',
  'Sea-ice in °C, 25 km², Ærøskøbing, Тикси, 南極',
  '🧊 and 𝛑',
  '{braces} %s {0}',
  '"); import os; os.system("x"); ("',
  "' + str(1) + '"
];

test('every string comes back from Python as it was', () => {
  assert.deepEqual(readBack(HOSTILE.map(pythonString)), HOSTILE);
});

test('a string stays on its line and hides nothing', () => {
  for (const text of HOSTILE) {
    assert.match(pythonString(text), /^"[^\n\r\u2028\u2029\u202e\u200b\0]*"$/);
  }
  assert.equal(pythonString('Тикси, 12 km²'), '"Тикси, 12 km²"');
});

test('a lone surrogate is written as an escape', () => {
  assert.equal(pythonString('\ud83e'), '"\\ud83e"');
});

test('nested values come back as they were, however they are broken into lines', () => {
  const values: Json[] = [
    null,
    true,
    false,
    0,
    -1.5,
    1e21,
    [],
    {},
    [[1, 2, [3]], { a: null, 'b"c': [true, 'x'] }],
    { coordinates: [Array.from({ length: 60 }, (_, i) => [i / 7, 1 - i])] },
    { long: 'x'.repeat(200), list: HOSTILE }
  ];
  assert.deepEqual(
    readBack(values.map(v => python(v))),
    values.map(v => v)
  );
});

test('coordinates fill the lines', () => {
  const ring = Array.from({ length: 40 }, (_, i) => [i, -i]);
  const lines = python(ring).split('\n');
  assert.ok(lines.length < 12, `${lines.length} lines`);
  assert.ok(lines.every(line => line.length <= 92));
});

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from './api.js';
import { gb, mark, untold, words } from './words.js';

const figures: Figures = {
  profile: 'DE Small',
  memory: { used: 1.24e9, limit: 8e9 },
  cpu: { used: 0.353, limit: 2 },
  home: { used: 3e9, complete: true, limit: 32e9, free: 80e9 },
  held: ['cpu', 'memory'],
  started: 'abc',
  messages: [
    { number: 3, kind: 'error', text: 'ended' },
    { number: 4, kind: 'warning', text: 'nearly full' }
  ]
};

test('sizes are in GB, with a decimal where it matters', () => {
  deepEqual([0, 4e7, 1.24e9, 8e9, 9.97e9, 32e9].map(gb), ['0', '0', '1.2', '8', '10', '32']);
});

test('memory, CPU and home against the environment', () => {
  deepEqual(
    words(figures).map(word => `${word.name} ${word.text}`),
    ['Memory 1.2 / 8 GB', 'CPU 35 % of 200 %', 'Home 3 / 32 GB']
  );
  equal(
    words(figures).some(word => word.warn),
    false
  );
});

test('a home that is not measured yet is left out', () => {
  const home = { ...figures.home, used: null };
  deepEqual(
    words({ ...figures, home }).map(word => word.name),
    ['Memory', 'CPU']
  );
});

test('nearly full and full are said in words', () => {
  const memory = words({ ...figures, memory: { used: 7.3e9, limit: 8e9 } }).at(0);
  equal(memory?.text, '7.3 / 8 GB, nearly full');
  const home = { ...figures.home, used: 33e9, complete: false };
  const full = words({ ...figures, home }).at(-1);
  const expected = ['33 / 32 GB, full', 'Your files take more than 33 of 32 GB.'];
  deepEqual([full?.text, full?.detail], expected);
});

test('a limit that does not hold is said', () => {
  const said = words({ ...figures, held: ['cpu'] }).map(word => word.detail.includes('not hold'));
  deepEqual(said, [true, false, false]);
});

test('a message is told once, and those of a new server again', () => {
  equal(untold(figures, null).length, 2);
  deepEqual(
    untold(figures, 'abc:3').map(message => message.number),
    [4]
  );
  deepEqual(untold(figures, mark(figures)), []);
  equal(untold(figures, 'other:4').length, 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionApi } from './api.js';
import { NoAnswer } from './api.js';
import { inWords, nextLook, sentence, stateOf, WARN_BEFORE, type Remaining } from './state.js';
import { SessionWatch } from './watch.js';

const MINUTE = 60_000;

test('nothing is told while there is time, then a warning, then the end', () => {
  assert.deepEqual([11 * MINUTE, 10 * MINUTE, 1, 0, -5, null, Infinity].map(stateOf), [
    'quiet',
    'soon',
    'soon',
    'over',
    'over',
    'over',
    'quiet'
  ]);
  assert.equal(sentence(Infinity), '');
  assert.match(sentence(5 * MINUTE), /ends in 5 minutes/);
  assert.match(sentence(null), /has ended/);
});

test('the next look is when something changes, and timers stay in their range', () => {
  assert.equal(nextLook(WARN_BEFORE + MINUTE), MINUTE + 500);
  for (const remaining of [null, 0, 1, 1000, WARN_BEFORE, 12 * 3_600_000, Infinity]) {
    const wait = nextLook(remaining);
    assert.ok(wait >= 500 && wait <= 11 * MINUTE, `${String(remaining)}: ${wait}`);
  }
});

test('durations in words', () => {
  assert.deepEqual([100, 45_000, 9.6 * MINUTE].map(inWords), [
    '2 seconds',
    '45 seconds',
    '10 minutes'
  ]);
});

/** A hub that knows tokens, and a page that writes down what it is told. */
function makePage(ends: Record<string, Remaining>, fresh: () => string | null) {
  const told: string[] = [];
  let token = 'first';
  let planned = 0;
  const api = {
    remaining: (asked: string) => {
      if (!(asked in ends)) {
        return Promise.reject(new NoAnswer());
      }
      return Promise.resolve(ends[asked] ?? null);
    },
    freshToken: () => Promise.resolve(fresh())
  } as unknown as SessionApi;
  const watch = new SessionWatch(api, {
    token: () => token,
    setToken: next => (token = next),
    show: state => told.push(state),
    later: milliseconds => (planned = milliseconds)
  });
  return { watch, told, token: () => token, planned: () => planned };
}

test('signing in again in time takes the notice away and keeps the token', async () => {
  const ends: Record<string, Remaining> = { first: MINUTE };
  const page = makePage(ends, () => null);
  await page.watch.look();
  ends.first = 720 * MINUTE;
  await page.watch.look();
  assert.deepEqual(page.told, ['soon', 'quiet']);
  assert.equal(page.token(), 'first');
});

test('after the end, signing in again brings a fresh token', async () => {
  let fresh: string | null = null;
  const page = makePage({ first: null, second: 720 * MINUTE }, () => fresh);
  await page.watch.look();
  await page.watch.look();
  assert.deepEqual(page.told, ['over', 'over']);
  fresh = 'second';
  await page.watch.look();
  assert.deepEqual(page.told, ['over', 'over', 'quiet']);
  assert.equal(page.token(), 'second');
});

test('a hub that does not answer is asked again, and nothing is told', async () => {
  const page = makePage({}, () => null);
  await page.watch.look();
  assert.deepEqual(page.told, []);
  assert.equal(page.planned(), MINUTE);
});

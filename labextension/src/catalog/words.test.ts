import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readItem, type SourceReport } from './stac.js';
import { counted, nameOf, progress, said, size, valueOf, when } from './words.js';

const OK: SourceReport = {
  id: 'a',
  title: 'A',
  state: 'ok',
  message: '',
  returned: 25,
  matched: 37146,
  seconds: 0.04
};

test('each source says in words how it did', () => {
  assert.equal(said(OK), '25 of 37,146 shown, 0.0 s');
  assert.equal(said({ ...OK, returned: 0, matched: 0 }), 'nothing found, 0.0 s');
  assert.equal(said({ ...OK, state: 'asked' }), 'asked, no answer yet');
  assert.equal(said({ ...OK, state: 'slow', message: 'It was slow.' }), 'It was slow.');
});

test('the search says how it stands', () => {
  assert.equal(progress([], 0, true), 'Searching.');
  assert.equal(
    progress([OK, { ...OK, state: 'asked' }], 1, true),
    '1 item so far. 1 of 2 catalogs answered.'
  );
  assert.equal(progress([OK], 25, false), '25 of 37,146 items.');
  assert.equal(progress([{ ...OK, matched: null }], 25, false), '25 items.');
  assert.equal(
    progress([{ ...OK, matched: null }], 25, false, true),
    '25 items, and there are more.'
  );
});

test('times, sizes, names and values are written for people', () => {
  const item = readItem({
    id: 'x',
    properties: { start_datetime: '1978-11-01T00:00:00Z', end_datetime: '1978-11-30T23:59:59Z' }
  });
  assert.ok(item);
  assert.equal(when(item), '1978-11-01 to 1978-11-30');
  assert.equal(size(350912), '351 kB');
  assert.equal(size(3603074), '3.6 MB');
  assert.equal(counted(1, 'catalog'), '1 catalog');
  assert.equal(nameOf('eo:cloud_cover'), 'Cloud cover (%)');
  assert.equal(nameOf('sar:instrument_mode'), 'instrument mode');
  assert.equal(valueOf(['a', 'b']), 'a, b');
  assert.equal(valueOf({ a: 1 }), '');
  assert.equal(valueOf(false), 'no');
});

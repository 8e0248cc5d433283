import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronOf, FIRST_RHYTHM, inWords } from './cron.js';
import type { Run } from './documents.js';
import { readEvents } from './events.js';
import { markOf, news } from './told.js';
import { slugOf } from './words.js';

test('events are read whole, however the network cuts them', async () => {
  const sent = 'event: status\ndata: {"a": "ö"}\n\n: still here\n\ndata: 1\r\n\r\n';
  const bytes = new TextEncoder().encode(sent);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) {
        controller.enqueue(Uint8Array.of(byte));
      }
      controller.close();
    }
  });
  const found: string[] = [];
  for await (const data of readEvents(body)) {
    found.push(data);
  }
  assert.deepEqual(found, ['{"a": "ö"}', '1']);
});

test('schedules in words', () => {
  assert.equal(inWords(cronOf(FIRST_RHYTHM)), 'every day at 06:00');
  assert.equal(inWords(cronOf({ ...FIRST_RHYTHM, every: 'week' })), 'on Mondays at 06:00');
  assert.equal(inWords('5 4 2 * *'), 'on the 2nd of each month at 04:05');
  assert.equal(inWords('*/15 * * * *'), 'every 15 minutes');
  assert.equal(inWords('0 6 * 1 *'), 'at the times of “0 6 * 1 *”');
});

test('an end is told once', () => {
  const run = { status: 'successful', finished: 20 } as Run;
  const gone = { status: 'dismissed', finished: 30 } as Run;
  assert.deepEqual(news([gone, run], 10), [run]);
  assert.deepEqual(news([gone, run], markOf([gone, run], 10)), []);
});

test('names of files become names in addresses', () => {
  assert.equal(slugOf('Sea Ice — März 2024.ipynb'), 'sea-ice-marz-2024');
  assert.equal(slugOf('2024.ipynb'), 'notebook');
});

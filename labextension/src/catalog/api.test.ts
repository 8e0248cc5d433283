import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { CatalogApi, CatalogError, type Found } from './api.js';
import { CatalogModel } from './model.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A small hub that answers one way, for as long as the test runs. */
async function serving<T>(answer: Answer, visit: (api: CatalogApi) => Promise<T>): Promise<T> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await visit(
      new CatalogApi(`http://127.0.0.1:${port}/services/api/stac`, () => 'secret')
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function lines(...values: object[]): Answer {
  return (_, response) => {
    response.setHeader('Content-Type', 'application/x-ndjson');
    const whole = Buffer.from(values.map(v => `${JSON.stringify(v)}\n`).join(''));
    // In pieces that cut lines and characters.
    for (let i = 0; i < whole.length; i += 7) {
      response.write(whole.subarray(i, i + 7));
    }
    response.end();
  };
}

async function all(api: CatalogApi): Promise<Found[]> {
  const found: Found[] = [];
  for await (const one of api.search({ limit: 1 }, new AbortController().signal)) {
    found.push(one);
  }
  return found;
}

const ITEM = { id: 'Ærøskøbing 🧊', collection: 'c', properties: {}, assets: {} };

test('a stream is read line by line, with the token in the header', async () => {
  let asked: string | undefined;
  const stream = lines(
    { asked: [{ id: 'pgc', title: 'PGC' }] },
    {
      source: { id: 'polarhub', title: 'Here', state: 'ok', returned: 1, matched: 1, seconds: 0.1 }
    },
    { feature: ITEM },
    { end: { next: 'more', sources: [] } }
  );
  const found = await serving((request, response) => {
    asked = request.headers.authorization;
    stream(request, response);
  }, all);
  assert.equal(asked, 'token secret');
  assert.deepEqual(
    found.map(f => (f.kind === 'source' ? f.report.state : f.kind === 'item' ? f.item.id : f.next)),
    ['asked', 'ok', 'Ærøskøbing 🧊', 'more']
  );
});

test('a plain answer is read as well', async () => {
  const body = {
    type: 'FeatureCollection',
    features: [ITEM],
    links: [{ rel: 'next', body: { token: 't2' } }],
    'polarhub:sources': [{ id: 'a', title: 'A', state: 'ok' }]
  };
  const found = await serving((_, response) => {
    response.setHeader('Content-Type', 'application/geo+json');
    response.end(JSON.stringify(body));
  }, all);
  assert.deepEqual(
    found.map(f => f.kind),
    ['source', 'item', 'end']
  );
});

test('a stream that breaks off is said to have done so', async () => {
  await assert.rejects(serving(lines({ feature: ITEM }), all), /broke off/);
});

for (const [status, body, said] of [
  [401, {}, /session has ended/],
  [
    400,
    { description: 'A box needs four numbers.' },
    /cannot use this search. A box needs four numbers/
  ],
  [503, {}, /not ready yet/],
  [418, {}, /\(418\)/]
] as const) {
  test(`an answer ${status} becomes a sentence`, async () => {
    const answer: Answer = (_, response) => {
      response.statusCode = status;
      response.end(JSON.stringify(body));
    };
    await assert.rejects(
      serving(answer, all),
      (error: unknown) => error instanceof CatalogError && said.test(error.message)
    );
  });
}

test('a hub that is not there becomes a sentence', async () => {
  await assert.rejects(
    all(new CatalogApi('http://127.0.0.1:9/x', () => 'secret')),
    /cannot be reached/
  );
});

test('collections come page by page, and the token goes to no other host', async () => {
  const asked: string[] = [];
  const found = await serving(
    (request, response) => {
      asked.push(request.url ?? '');
      const next = { rel: 'next', href: 'https://elsewhere.example/collections?token=2' };
      const more = !request.url?.includes('token=2');
      response.end(
        JSON.stringify({ collections: [{ id: more ? 'a' : 'b' }], links: more ? [next] : [] })
      );
    },
    api => api.collections(new AbortController().signal)
  );
  assert.deepEqual(
    found.map(c => c.id),
    ['a', 'b']
  );
  assert.deepEqual(asked, [
    '/services/api/stac/collections',
    '/services/api/stac/collections?token=2'
  ]);
});

test('the model keeps what came, in its place, and asks for the next page', async () => {
  const bodies: string[] = [];
  const page = (id: string, next: string | null): Answer =>
    lines(
      { asked: [{ id: 'x', title: 'X' }] },
      { source: { id: 'polarhub', title: 'Here' } },
      { feature: { ...ITEM, id } },
      { source: { id: 'x', title: 'X', state: 'slow', message: 'It was slow.' } },
      { end: { next } }
    );
  await serving(
    (request, response) => {
      let body = '';
      request.on('data', part => (body += String(part)));
      request.on('end', () => {
        bodies.push(body);
        (bodies.length === 1 ? page('1', 'p2') : page('2', null))(request, response);
      });
    },
    async api => {
      const model = new CatalogModel(api);
      await model.search();
      await model.more();
      const { items, sources, next, phase, trouble } = model.get();
      assert.deepEqual(
        items.map(i => i.id),
        ['1', '2']
      );
      assert.deepEqual(
        sources.map(s => `${s.id} ${s.state}`),
        ['x slow', 'polarhub ok']
      );
      assert.deepEqual([next, phase, trouble], [null, 'done', null]);
    }
  );
  assert.match(bodies[1] ?? '', /"token":"p2"/);
});

test('a search that is stopped says so and keeps what had come', async () => {
  await serving(
    (_, response) => {
      response.setHeader('Content-Type', 'application/x-ndjson');
      response.write(`${JSON.stringify({ feature: ITEM })}\n`);
    },
    async api => {
      const model = new CatalogModel(api);
      const stopped = new Promise<void>(resolve => {
        model.subscribe(() => {
          if (model.get().items.length === 1) {
            resolve();
          }
        });
      });
      const run = model.search();
      await stopped;
      model.stop();
      await run;
      assert.match(model.get().trouble ?? '', /Stopped/);
      assert.equal(model.get().items.length, 1);
    }
  );
});

test('the map turns to the pole where an opened item lies', async () => {
  const at = (id: string, south: number, north: number): object => ({
    feature: { ...ITEM, id, bbox: [-180, south, 180, north] }
  });
  const answer = lines(at('s', -80, -70), at('n', 70, 80), at('both', -80, 80), { end: {} });
  await serving(answer, async api => {
    const model = new CatalogModel(api);
    await model.search();
    const seen = ['c/s', 'c/both', 'c/n', null].map(key => {
      model.openItem(key);
      return model.get().hemisphere;
    });
    assert.deepEqual(seen, ['south', 'south', 'north', 'north']);
  });
});

test('dates the wrong way round are not sent', async () => {
  const model = new CatalogModel(new CatalogApi('http://127.0.0.1:9/x', () => 'secret'));
  model.ask({ from: '2021-01-01', to: '2020-01-01' });
  await model.search();
  assert.match(model.get().trouble ?? '', /swap/);
  assert.equal(model.get().phase, 'idle');
});

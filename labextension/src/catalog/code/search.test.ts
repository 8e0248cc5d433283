import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchCode } from './search.js';

test('the search is what was asked, with the token of the kernel and not of the page', () => {
  const code = searchCode(
    {
      area: { kind: 'box', box: [170, 60, -170, 70], said: '' },
      from: '2020-01-01',
      to: '',
      collections: ['a"b'],
      conditions: [{ property: 'gsd', kind: 'range', from: null, to: 10 }]
    },
    'https://hub.example/services/api/stac'
  );
  assert.match(
    code,
    /os\.environ\.get\("POLAR_STAC", "https:\/\/hub\.example\/services\/api\/stac"\)/
  );
  assert.match(code, /os\.environ\['JUPYTERHUB_API_TOKEN'\]/);
  assert.match(code, /^ {4}collections=\["a\\"b"\],$/m);
  assert.match(code, /^ {4}bbox=\[170, 60, -170, 70\],$/m);
  assert.match(code, /^ {4}datetime="2020-01-01T00:00:00Z\/\.\.",$/m);
  assert.match(code, /^ {4}filter_lang="cql2-json",$/m);
  assert.match(code, /^ {4}filter=\{"op": "<=", "args": \[\{"property": "gsd"\}, 10\]\},$/m);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogAddress } from './address.js';

function page(options: Record<string, string>): string | null {
  return catalogAddress(name => options[name] ?? '', 'https://hub.example');
}

test('the catalog lies beside the hub, wherever the hub lies', () => {
  assert.equal(page({ hubPrefix: '/hub/' }), 'https://hub.example/services/api/stac');
  assert.equal(page({ hubPrefix: '/polar/hub/' }), 'https://hub.example/polar/services/api/stac');
  assert.equal(
    page({ hubPrefix: '/hub/', hubHost: 'https://hub.other.example' }),
    'https://hub.other.example/services/api/stac'
  );
});

test('without a hub there is none', () => {
  assert.equal(page({}), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readItem, type Asset } from '../stac.js';
import { crsOf, hasGrid, kindOf, labelOf, openable, placeOf } from './asset.js';
import { variantsOf } from './cells.js';

const COG = 'image/tiff; application=geotiff; profile=cloud-optimized';

function asset(said: Record<string, unknown>): Asset {
  const item = readItem({ id: 'i', assets: { a: { href: 'https://x.example/a', ...said } } });
  assert.ok(item?.assets.a);
  return item.assets.a;
}

test('the media type says what opens a file, then its address', () => {
  const kinds: [Record<string, unknown>, string | null][] = [
    [{ type: COG }, 'cog'],
    [{ type: 'application/netcdf' }, 'netcdf'],
    [{ type: 'application/x-netcdf4' }, 'netcdf'],
    [{ href: 'https://x.example/a.nc?v=2' }, 'netcdf'],
    [
      { href: 'https://thredds.met.no/thredds/dodsC/osisaf/a.nc', type: 'application/netcdf' },
      'opendap'
    ],
    [{ roles: ['opendap'] }, 'opendap'],
    [{ type: 'application/x-npz' }, 'npz'],
    [{ href: '/srv/polarhub/data/swath.npz' }, 'npz'],
    [{ type: 'application/json' }, null],
    [{ type: 'text/html', href: 'https://x.example/a.tif' }, null]
  ];
  assert.deepEqual(
    kinds.map(([said]) => kindOf(asset(said))),
    kinds.map(([, kind]) => kind)
  );
});

test('data comes first, what describes it last, what no cell opens not at all', () => {
  const item = readItem({
    id: 'i',
    assets: {
      hillshade: { href: 'h', type: COG, roles: ['overview'] },
      other: { href: 'o', type: COG },
      notes: { href: 'n', type: 'text/plain' },
      dem: { href: 'd', type: COG, roles: ['data'] }
    }
  });
  assert.ok(item);
  assert.deepEqual(
    openable(item).map(([key]) => key),
    ['dem', 'other', 'hillshade']
  );
});

test('each kind has its ways, intake-stac among those of rasters and netCDF', () => {
  const ways = (type: string): string[] => variantsOf(asset({ type })).map(v => v.id);
  assert.deepEqual(ways(COG), ['rioxarray', 'odc-stac', 'intake-stac']);
  assert.deepEqual(ways('application/netcdf'), ['xarray', 'intake-stac']);
  assert.deepEqual(ways('text/html'), []);
});

test('a file of this machine is opened by its path', () => {
  assert.equal(placeOf(asset({ href: 'file:///srv/a%20b.nc' })), '/srv/a b.nc');
  assert.equal(placeOf(asset({ href: '/srv/a.nc' })), '/srv/a.nc');
});

test('unit, CRS and grid are found wherever an item keeps them', () => {
  assert.equal(labelOf('dem', asset({ title: 'Height', unit: 'm' })), 'Height (m)');
  assert.equal(labelOf('a', asset({ 'raster:bands': [{}, { unit: 'K' }] })), 'a (K)');
  assert.equal(labelOf('a', asset({})), 'a');
  const item = readItem({ id: 'i', properties: { 'proj:epsg': 3413 } });
  assert.ok(item);
  assert.equal(crsOf(item, asset({})), 'EPSG:3413');
  assert.equal(crsOf(item, asset({ 'proj:code': 'EPSG:3031' })), 'EPSG:3031');
  assert.ok(!hasGrid(item, asset({})));
  assert.ok(hasGrid(item, asset({ 'proj:transform': [1, 0, 0], 'proj:shape': [1, 1] })));
});

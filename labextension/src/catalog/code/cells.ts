import type { Hemisphere } from '../geo/projection.js';
import {
  list,
  isObject,
  number,
  text,
  titleOf,
  type Asset,
  type Item,
  type Json,
  type JsonObject
} from '../stac.js';
import { bandsOf, crsOf, hasGrid, hasPlane, kindOf, labelOf, placeOf, type Kind } from './asset.js';
import { python } from './literal.js';

/** What a cell is made from. */
export interface Subject {
  item: Item;
  /** The asset's key in the item. */
  key: string;
  asset: Asset;
  /** The map that is shown: the CRS where the item names none. */
  hemisphere: Hemisphere;
}

/** A way to open an asset. */
export interface Variant {
  id: string;
  label: string;
  code: (subject: Subject) => string;
}

const GEOGRAPHIC = 'EPSG:4326';
const EPSG: Record<Hemisphere, string> = { north: 'EPSG:3413', south: 'EPSG:3031' };

function isRemote(place: string): boolean {
  return /^https?:/.test(place);
}

// ---- rasters

/** `crs` is that of the raster; '' where it is known only when the cell runs. */
function rasterPlot(subject: Subject, crs: string): string[] {
  const label = labelOf(subject.key, subject.asset);
  return [
    'fig, ax = plt.subplots(figsize=(7, 6))',
    `raster.plot(ax=ax, cmap="viridis", robust=True, cbar_kwargs={"label": ${python(label)}})`,
    `ax.set(aspect="equal", title=${python(titleOf(subject.item))})`,
    ...(crs && crs !== GEOGRAPHIC ? ['ax.set(xlabel="x (m)", ylabel="y (m)")'] : []),
    'plt.show()'
  ];
}

function rioxarrayCell(subject: Subject): string {
  return [
    'import matplotlib.pyplot as plt',
    'import rasterio',
    'import rioxarray',
    '',
    `href = ${python(placeOf(subject.asset))}`,
    '',
    '# The finest overview of at most 2000 pixels a side: the full grid may be gigabytes.',
    'with rasterio.open(href) as file:',
    '    sides = [max(file.shape) / factor for factor in (1, *file.overviews(1))]',
    'level = next((i for i, side in enumerate(sides) if side <= 2000), len(sides) - 1)',
    'options = {"overview_level": level - 1} if level else {}',
    'raster = rioxarray.open_rasterio(href, masked=True, **options)[0]',
    '',
    ...rasterPlot(subject, crsOf(subject.item, subject.asset))
  ].join('\n');
}

/** The item with no more than opening this one asset needs. */
function shortItem({ item, key, asset }: Subject): JsonObject {
  const kept = Object.entries(item.properties).filter(
    ([name]) =>
      name.startsWith('proj:') ||
      ['datetime', 'start_datetime', 'end_datetime', 'gsd'].includes(name)
  );
  const grid = [...kept.map(([name]) => name), ...Object.keys(asset.all)].some(n =>
    n.startsWith('proj:')
  );
  const extension = 'https://stac-extensions.github.io/projection/v2.0.0/schema.json';
  return {
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: grid ? [extension] : [],
    id: item.id,
    collection: item.collection,
    geometry: item.geometry as unknown as Json,
    bbox: item.bbox,
    properties: { datetime: null, ...Object.fromEntries(kept) },
    assets: { [key]: asset.all },
    links: []
  };
}

const NICE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 25000];

/** Metres a pixel that give a plot of some 1500 pixels, and are no finer than the data. */
function pixelOf(item: Item, asset: Asset): number {
  const gsd = number(asset.all.gsd) ?? number(item.properties.gsd) ?? 1;
  const [, south = 0, , north = 0] =
    item.bbox?.length === 6 ? [0, item.bbox[1] ?? 0, 0, item.bbox[4] ?? 0] : (item.bbox ?? []);
  const fine = Math.max(gsd, ((north - south) * 111_000) / 1500);
  return NICE.find(n => n >= fine) ?? 25000;
}

function odcCell(subject: Subject): string {
  const { item, key, asset, hemisphere } = subject;
  const declared = crsOf(item, asset);
  const crs = declared && declared !== GEOGRAPHIC ? declared : EPSG[hemisphere];
  const why =
    hasGrid(item, asset) && crs === declared
      ? '# The item describes its grid; a coarser resolution keeps the plot quick.'
      : '# The item does not describe its grid in metres, so CRS and resolution are named here.';
  return [
    'import matplotlib.pyplot as plt',
    'import odc.stac',
    'import pystac',
    '',
    `item = pystac.Item.from_dict(${python(shortItem(subject))})`,
    '',
    why,
    'data = odc.stac.load(',
    `    [item], bands=[${python(key)}], crs=${python(crs)}, resolution=${pixelOf(item, asset)}, chunks={}`,
    ')',
    `raster = data[${python(key)}].isel(time=0)`,
    'nodata = raster.attrs.get("nodata")',
    'raster = raster if nodata is None else raster.where(raster != nodata)',
    '',
    ...rasterPlot(subject, crs)
  ].join('\n');
}

// ---- fields of netCDF and OPeNDAP

/** The variable to show, where the item names its variables; else it is looked for when the cell runs. */
function variableOf({ item, asset }: Subject): string {
  const cube = asset.all['cube:variables'] ?? item.properties['cube:variables'];
  const data = Object.entries(isObject(cube) ? cube : {}).find(
    ([, v]) => isObject(v) && v.type !== 'auxiliary' && list(v.dimensions).length >= 2
  );
  return data?.[0] ?? text(bandsOf(asset)[0]?.name);
}

function onTheMap(hemisphere: Hemisphere): string[] {
  return [
    '',
    '# Where the grid has no x and y in metres, longitude and latitude are put on the polar map.',
    'lon = next((c for c in field.coords if c.lower() in ("lon", "longitude")), None)',
    'lat = next((c for c in field.coords if c.lower() in ("lat", "latitude")), None)',
    'axes = {}',
    'if lon and lat and field.ndim == 2:',
    `    to_map = Transformer.from_crs("EPSG:4326", ${python(EPSG[hemisphere])}, always_xy=True)`,
    '    lons, lats = (c.transpose(*field.dims) for c in xr.broadcast(field[lon], field[lat]))',
    '    x, y = to_map.transform(lons.values, lats.values)',
    '    metres = {"units": "m", "long_name": "polar stereographic"}',
    '    field = field.assign_coords(map_x=(field.dims, x, metres), map_y=(field.dims, y, metres))',
    '    axes = {"x": "map_x", "y": "map_y"}'
  ];
}

function fieldPlot(subject: Subject): string[] {
  const { item, asset, hemisphere } = subject;
  const variable = variableOf(subject);
  const gridded = hasPlane(item, asset);
  return [
    variable
      ? `name = ${python(variable)}`
      : 'name = max(data.data_vars, key=lambda n: data[n].ndim)  # the first that is a grid',
    'field = data[name]',
    'field = field.isel({d: 0 for d in field.dims[:-2]})',
    'if "valid_min" in field.attrs and "scale_factor" not in field.encoding:',
    '    field = field.where((field >= field.attrs["valid_min"]) & (field <= field.attrs["valid_max"]))',
    ...(gridded ? [] : onTheMap(hemisphere)),
    '',
    "label = f\"{field.attrs.get('long_name', name)} ({field.attrs.get('units', 'no unit given')})\"",
    'fig, ax = plt.subplots(figsize=(7, 6))',
    'if field.ndim == 2:',
    `    field.plot(ax=ax, cmap="viridis", robust=True, cbar_kwargs={"label": label}${gridded ? '' : ', **axes'})`,
    '    ax.set_aspect("equal")',
    'else:',
    '    field.plot(ax=ax)',
    '    ax.set_ylabel(label)',
    `ax.set_title(${python(titleOf(item))})`,
    'plt.show()'
  ];
}

function xarrayCell(subject: Subject): string {
  const place = placeOf(subject.asset);
  const remote = isRemote(place);
  const gridded = hasPlane(subject.item, subject.asset);
  return [
    ...(remote ? ['import fsspec'] : []),
    'import matplotlib.pyplot as plt',
    'import xarray as xr',
    ...(gridded ? [] : ['from pyproj import Transformer']),
    '',
    ...(remote
      ? [
          '# Fetched once, then kept for as long as the kernel runs.',
          `path = fsspec.open_local(${python(`simplecache::${place}`)})`
        ]
      : [`path = ${python(place)}`]),
    'data = xr.open_dataset(path)',
    ...fieldPlot(subject)
  ].join('\n');
}

function opendapCell(subject: Subject): string {
  const gridded = hasPlane(subject.item, subject.asset);
  const href = placeOf(subject.asset).replace(/\.(html?|dds|das|dods|dmr)$/, '');
  return [
    'import matplotlib.pyplot as plt',
    'import xarray as xr',
    ...(gridded ? [] : ['from pyproj import Transformer']),
    '',
    '# OPeNDAP: only what is plotted is fetched.',
    `data = xr.open_dataset(${python(href)}, engine="netcdf4")`,
    ...fieldPlot(subject)
  ].join('\n');
}

// ---- points in a NumPy archive

interface Column {
  name: string;
  unit: string;
}

function columnsOf({ item, asset }: Subject): Column[] {
  const table = list(asset.all['table:columns'] ?? item.properties['table:columns']);
  const said = table.length ? table.filter(isObject) : bandsOf(asset);
  return said.map(c => ({ name: text(c.name), unit: text(c.unit) }));
}

function numpyCell(subject: Subject): string {
  const columns = columnsOf(subject);
  const at = (pattern: RegExp, otherwise: number): number => {
    const found = columns.findIndex(c => pattern.test(c.name));
    return found < 0 ? otherwise : found;
  };
  const [lon, lat] = [at(/^lon/i, 0), at(/^lat/i, 1)];
  const value = columns.findIndex((_, i) => i !== lon && i !== lat);
  const column = columns[value];
  const unit = column?.unit ?? '';
  const label = column
    ? `${column.name.replace(/_/g, ' ')}${unit ? ` (${unit})` : ''}`
    : labelOf(subject.key, subject.asset);
  const south = subject.hemisphere === 'south';
  const remote = isRemote(placeOf(subject.asset));
  return [
    ...(remote ? ['import fsspec'] : []),
    'import matplotlib.pyplot as plt',
    'import numpy as np',
    'from pyproj import Transformer',
    '',
    remote
      ? `path = fsspec.open_local(${python(`simplecache::${placeOf(subject.asset)}`)})`
      : `path = ${python(placeOf(subject.asset))}`,
    'with np.load(path) as file:',
    '    table = file[file.files[0]]',
    `lon, lat, value = (table[:, i].astype(float) for i in (${lon}, ${lat}, ${value < 0 ? 2 : value}))`,
    '',
    '# Points of this hemisphere; fill values lie outside of the Earth.',
    `here = (np.abs(lon) <= 180) & (lat ${south ? '<= -40) & (lat >= -90)' : '>= 40) & (lat <= 90)'} & (value > -1e9)`,
    `to_map = Transformer.from_crs("EPSG:4326", ${python(EPSG[subject.hemisphere])}, always_xy=True)`,
    'x, y = to_map.transform(lon[here], lat[here])',
    '',
    'fig, ax = plt.subplots(figsize=(7, 6))',
    'points = ax.scatter(x, y, c=value[here], s=1, cmap="viridis", rasterized=True)',
    `fig.colorbar(points, ax=ax, label=${python(label)})`,
    `ax.set(aspect="equal", xlabel="x (m)", ylabel="y (m)", title=${python(titleOf(subject.item))})`,
    'plt.show()'
  ].join('\n');
}

// ---- intake-stac

function intakeCell(subject: Subject): string {
  const { key, asset } = subject;
  const isRaster = kindOf(asset) === 'cog';
  return [
    'import intake_stac',
    'import matplotlib.pyplot as plt',
    'import pystac',
    ...(isRaster
      ? []
      : hasPlane(subject.item, asset)
        ? ['import xarray as xr']
        : ['import xarray as xr', 'from pyproj import Transformer']),
    '',
    `item = pystac.Item.from_dict(${python(shortItem(subject))})`,
    `source = intake_stac.StacItem(item)[${python(key)}]`,
    ...(isRaster
      ? [
          'raster = source.to_dask().isel(band=0)',
          'step = max(1, max(raster.shape) // 1500)  # every so many pixels: the plot needs no more',
          'raster = raster[::step, ::step]',
          'nodata = raster.rio.nodata',
          'raster = raster if nodata is None else raster.where(raster != nodata)',
          '',
          ...rasterPlot(subject, crsOf(subject.item, asset))
        ]
      : ['data = source.to_dask()', ...fieldPlot(subject)])
  ].join('\n');
}

const INTAKE: Variant = { id: 'intake-stac', label: 'intake-stac', code: intakeCell };
const XARRAY: Variant = { id: 'xarray', label: 'xarray', code: xarrayCell };

const VARIANTS: Record<Kind, Variant[]> = {
  cog: [
    { id: 'rioxarray', label: 'rioxarray', code: rioxarrayCell },
    { id: 'odc-stac', label: 'odc-stac', code: odcCell },
    INTAKE
  ],
  netcdf: [XARRAY, INTAKE],
  opendap: [{ id: 'opendap', label: 'xarray, OPeNDAP', code: opendapCell }],
  npz: [{ id: 'numpy', label: 'NumPy', code: numpyCell }]
};

/** The ways to open an asset, the best first; none where no cell can. */
export function variantsOf(asset: Asset): Variant[] {
  const kind = kindOf(asset);
  return kind ? VARIANTS[kind] : [];
}

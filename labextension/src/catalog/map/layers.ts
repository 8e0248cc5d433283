import Feature from 'ol/Feature.js';
import type { FeatureLike } from 'ol/Feature.js';
import { getCenter } from 'ol/extent.js';
import Circle from 'ol/geom/Circle.js';
import type Geometry from 'ol/geom/Geometry.js';
import LineString from 'ol/geom/LineString.js';
import MultiLineString from 'ol/geom/MultiLineString.js';
import MultiPoint from 'ol/geom/MultiPoint.js';
import MultiPolygon from 'ol/geom/MultiPolygon.js';
import Point from 'ol/geom/Point.js';
import Polygon from 'ol/geom/Polygon.js';
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import { graticule } from '../geo/graticule.js';
import type { PackedLand } from '../geo/land.js';
import { readLand } from '../geo/land.js';
import { EDGE, radiusOf, type Hemisphere } from '../geo/projection.js';
import { outlineOf, type Outline } from '../geo/ring.js';
import type { Item } from '../stac.js';
import type { Colours } from './colours.js';

/** How finely land is drawn. */
export type Detail = '110m' | '50m';

const LAND: Record<Hemisphere, Record<Detail, () => Promise<{ default: unknown }>>> = {
  north: {
    '110m': () => import('../land/north-110m.json'),
    '50m': () => import('../land/north-50m.json')
  },
  south: {
    '110m': () => import('../land/south-110m.json'),
    '50m': () => import('../land/south-50m.json')
  }
};

/** The disc that the map is. */
export function oceanFeature(hemisphere: Hemisphere): Feature {
  return new Feature({ geometry: new Circle([0, 0], radiusOf(EDGE, hemisphere)), kind: 'ocean' });
}

/** Land, ice and coasts, fetched from this hub when they are first seen. */
export async function landFeatures(hemisphere: Hemisphere, detail: Detail): Promise<Feature[]> {
  const packed = (await LAND[hemisphere][detail]()).default as PackedLand;
  const shapes = readLand(packed, hemisphere);
  return shapes.flatMap(({ ice, rings, coast }) => [
    new Feature({ geometry: new Polygon(rings), kind: ice ? 'ice' : 'land' }),
    new Feature({ geometry: new MultiLineString(coast), kind: 'coast' })
  ]);
}

/** The graticule for metres a pixel. */
export function gridFeatures(resolution: number, hemisphere: Hemisphere): Feature[] {
  return graticule(resolution, hemisphere).map(({ path }) => new Feature(new LineString(path)));
}

/** Styles of the ground. Land has a rim of its own colour, so that no slit shows where a map was cut. */
export function groundStyle(colours: Colours): (feature: FeatureLike) => Style {
  const area = (colour: string): Style =>
    new Style({
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: colour, width: 1 })
    });
  const styles: Record<string, Style> = {
    ocean: new Style({ fill: new Fill({ color: colours.ocean }), zIndex: 0 }),
    land: area(colours.land),
    ice: area(colours.ice),
    coast: new Style({ stroke: new Stroke({ color: colours.coast, width: 0.8 }), zIndex: 2 })
  };
  styles.land?.setZIndex(1);
  styles.ice?.setZIndex(1);
  return feature => styles[String(feature.get('kind'))] ?? new Style();
}

export function gridStyle(colours: Colours): Style {
  return new Style({ stroke: new Stroke({ color: colours.grid, width: 0.7 }) });
}

/** An outline as a feature: what is filled and hit is its geometry, what is drawn its `rim`. */
export function outlineFeature(outline: Outline): Feature | null {
  const rim = new MultiLineString(outline.lines);
  const geometry: Geometry | null = outline.polygons.length
    ? new MultiPolygon(outline.polygons)
    : outline.lines.length
      ? rim
      : outline.points.length
        ? new MultiPoint(outline.points)
        : null;
  return geometry && new Feature({ geometry, rim });
}

/** An item's footprint, null where it lies in the other hemisphere. */
export function itemFeature(item: Item, hemisphere: Hemisphere): Feature | null {
  const feature = outlineFeature(outlineOf(item.geometry, hemisphere));
  feature?.setId(item.key);
  return feature;
}

const SMALL = 7; // pixels; a footprint that is smaller gets a dot

/** Footprints are outlines; the one that is pointed at or open is filled and has a stronger rim. */
export function footprintStyle(
  colours: Colours,
  isLit: (key: string) => boolean
): (feature: FeatureLike, resolution: number) => Style[] {
  const rim = (feature: FeatureLike): Geometry => feature.get('rim') as Geometry;
  const dotAt = (feature: FeatureLike): Geometry =>
    new Point(getCenter(feature.getGeometry()?.getExtent() ?? [0, 0, 0, 0]));
  const dot = (radius: number, colour: string, zIndex: number): Style =>
    new Style({
      image: new CircleStyle({
        radius,
        fill: new Fill({ color: colour }),
        stroke: new Stroke({ color: colours.halo, width: 1 })
      }),
      zIndex
    });
  const looks = (fill: string, line: string, width: number, zIndex: number): Style[] => [
    new Style({ fill: new Fill({ color: fill }), zIndex }),
    new Style({ geometry: rim, stroke: new Stroke({ color: line, width }), zIndex })
  ];
  const quiet = looks('rgba(0, 0, 0, 0)', colours.footprint, 1.25, 1);
  const lit = looks(colours['footprint-fill'], colours['footprint-lit'], 2.5, 2);
  const [quietDot, litDot] = [dot(3, colours.footprint, 1), dot(5, colours['footprint-lit'], 2)];
  quietDot.setGeometry(dotAt);
  litDot.setGeometry(dotAt);
  return (feature, resolution) => {
    const key = String(feature.getId());
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = feature.getGeometry()?.getExtent() ?? [];
    const small = Math.max(x1 - x0, y1 - y0) < SMALL * resolution;
    return isLit(key) ? (small ? [...lit, litDot] : lit) : small ? [quietDot] : quiet;
  };
}

export function areaStyle(colours: Colours): Style[] {
  return [
    new Style({ fill: new Fill({ color: colours['area-fill'] }) }),
    new Style({
      geometry: feature => (feature.get('rim') as Geometry | undefined) ?? feature.getGeometry(),
      stroke: new Stroke({ color: colours.halo, width: 4 })
    }),
    new Style({
      geometry: feature => (feature.get('rim') as Geometry | undefined) ?? feature.getGeometry(),
      stroke: new Stroke({ color: colours.area, width: 2, lineDash: [6, 4] }),
      image: new CircleStyle({ radius: 4, fill: new Fill({ color: colours.area }) })
    })
  ];
}

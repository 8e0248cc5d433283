import OlMap from 'ol/Map.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import View from 'ol/View.js';
import { containsExtent, getCenter, type Extent as OlExtent } from 'ol/extent.js';
import type Polygon from 'ol/geom/Polygon.js';
import Draw, { createBox } from 'ol/interaction/Draw.js';
import { defaults } from 'ol/interaction/defaults.js';
import VectorLayer from 'ol/layer/Vector.js';
import Projection from 'ol/proj/Projection.js';
import type RenderEvent from 'ol/render/Event.js';
import VectorSource from 'ol/source/Vector.js';
import { onMap, type Extent } from '../geo/clip.js';
import { spacing } from '../geo/graticule.js';
import { CODE, EDGE, radiusOf, type Hemisphere, type Plane } from '../geo/projection.js';
import {
  areaOf,
  boxRing,
  crossesItself,
  holdsPole,
  outlineOf,
  ringFromPlane
} from '../geo/ring.js';
import type { Tool } from '../model.js';
import type { Area } from '../query.js';
import type { Item } from '../stac.js';
import { readColours, type Colours } from './colours.js';
import { labelsFor } from './labels.js';
import {
  areaStyle,
  footprintStyle,
  gridFeatures,
  gridStyle,
  groundStyle,
  itemFeature,
  landFeatures,
  oceanFeature,
  outlineFeature,
  type Detail
} from './layers.js';
import { scaleBar } from './scale.js';

/** What the map tells whoever shows it. */
export interface MapEvents {
  drawn(area: Area): void;
  refused(sentence: string): void;
  pointed(key: string | null): void;
  picked(key: string): void;
  moved(view: Area | null): void;
}

const FINE = 9000; // metres a pixel below which land is drawn in detail
const FIRST = 55; // latitude that is in view at first

/** "Box over the pole, 1.2 million km²". */
function describe(shape: string, ring: Area & { kind: 'ring' }, hemisphere: Hemisphere): string {
  const area = areaOf(ring.ring, hemisphere);
  const size =
    area >= 1e6 ? `${(area / 1e6).toFixed(1)} million` : String(Number(area.toPrecision(3)));
  return `${shape}${holdsPole(ring.ring) ? ' over the pole' : ''}, ${size} km²`;
}

function areaFromPlane(shape: string, corners: Plane[], hemisphere: Hemisphere): Area {
  const area = { kind: 'ring' as const, ring: ringFromPlane(corners, hemisphere), said: shape };
  return { ...area, said: describe(shape, area, hemisphere) };
}

/** The polar map: ground, graticule, footprints, and a place to draw. */
export class PolarMap {
  private readonly ground = new VectorSource();
  private readonly grid = new VectorSource();
  private readonly footprints = new VectorSource();
  private readonly area = new VectorSource();
  private readonly layers = [this.ground, this.grid, this.footprints, this.area].map(
    source => new VectorLayer({ source, updateWhileAnimating: true, updateWhileInteracting: true })
  );
  private readonly map: OlMap;
  private colours: Colours;
  private hemisphere: Hemisphere | null = null;
  private drawing: Draw | null = null;
  private lit = new Set<string>();
  private shown = { grid: '', land: '' };
  private readonly sizes: ResizeObserver;
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)');

  constructor(
    private readonly target: HTMLElement,
    private readonly scale: HTMLElement,
    private readonly events: MapEvents
  ) {
    this.colours = readColours(target);
    this.map = new OlMap({
      target,
      controls: [],
      layers: this.layers,
      keyboardEventTarget: target,
      interactions: defaults({ altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: true })
    });
    this.map.on('pointermove', e => {
      if (!e.dragging && !this.drawing) {
        const key = this.keyAt(e);
        target.style.cursor = key ? 'pointer' : '';
        events.pointed(key);
      }
    });
    this.map.on('click', e => {
      const key = this.drawing ? null : this.keyAt(e);
      if (key) {
        events.picked(key);
      }
    });
    this.map.on('moveend', () => {
      this.moved();
    });
    this.layers[1]?.on('postrender', e => {
      this.label(e);
    });
    target.addEventListener('pointerleave', () => {
      events.pointed(null);
    });
    // A panel that was hidden has had no size: the map fits itself in when it gets one.
    this.sizes = new ResizeObserver(() => {
      const had = this.map.getSize();
      this.map.updateSize();
      if (!had?.[0] || !had[1]) {
        this.home();
      }
    });
    this.sizes.observe(target);
    this.redraw();
  }

  dispose(): void {
    this.sizes.disconnect();
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  /** Read the theme's colours again. */
  redraw(): void {
    this.colours = readColours(this.target);
    const styles = [
      groundStyle(this.colours),
      gridStyle(this.colours),
      footprintStyle(this.colours, key => this.lit.has(key)),
      areaStyle(this.colours)
    ];
    this.layers.forEach((layer, i) => {
      layer.setStyle(styles[i]);
    });
  }

  /** Show a hemisphere from the start, with what belongs to it. */
  show(hemisphere: Hemisphere): void {
    if (this.hemisphere === hemisphere) {
      return;
    }
    this.hemisphere = hemisphere;
    const radius = radiusOf(EDGE, hemisphere);
    const extent = [-radius, -radius, radius, radius];
    this.shown = { grid: '', land: '' };
    this.ground.clear();
    this.ground.addFeature(oceanFeature(hemisphere));
    this.map.setView(
      new View({
        projection: new Projection({ code: CODE[hemisphere], units: 'm', extent }),
        extent,
        constrainOnlyCenter: true,
        enableRotation: false,
        minResolution: 20,
        maxResolution: 80_000,
        center: [0, 0],
        resolution: 30_000
      })
    );
    this.home();
  }

  /** The whole of the polar region, with the pole in the middle. */
  home(): void {
    const radius = this.hemisphere ? radiusOf(FIRST, this.hemisphere) : 0;
    if (radius && this.map.getSize()?.[0]) {
      this.map.getView().fit([-radius, -radius, radius, radius]);
      this.moved(); // the first frame is no move to OpenLayers
    }
  }

  zoom(by: number): void {
    const view = this.map.getView();
    const zoom = (view.getZoom() ?? 0) + by;
    view.animate({ zoom, duration: this.calm.matches ? 0 : 200 });
  }

  setItems(items: readonly Item[]): void {
    const { hemisphere } = this;
    this.footprints.clear(true);
    if (hemisphere) {
      this.footprints.addFeatures(items.flatMap(item => itemFeature(item, hemisphere) ?? []));
    }
  }

  setArea(area: Area | null): void {
    this.area.clear(true);
    if (area && this.hemisphere) {
      const ring = area.kind === 'ring' ? area.ring : boxRing(area.box);
      const feature = outlineFeature(
        outlineOf({ type: 'Polygon', coordinates: [ring] }, this.hemisphere)
      );
      if (feature) {
        this.area.addFeature(feature);
      }
    }
  }

  /** Fill the footprints that are pointed at or open. */
  light(keys: readonly string[]): void {
    this.lit = new Set(keys);
    this.layers[2]?.changed();
  }

  /** Bring a footprint into view, if it is not. */
  reveal(key: string): void {
    const extent = this.footprints.getFeatureById(key)?.getGeometry()?.getExtent();
    const view = this.map.getView();
    if (!extent || containsExtent(view.calculateExtent(this.map.getSize()), extent)) {
      return;
    }
    view.animate({ center: getCenter(extent), duration: this.calm.matches ? 0 : 300 });
  }

  /** Let the person draw, or stop it. */
  draw(tool: Tool): void {
    if (this.drawing) {
      this.map.removeInteraction(this.drawing);
      this.drawing = null;
    }
    this.target.style.cursor = tool ? 'crosshair' : '';
    const { hemisphere } = this;
    if (!tool || !hemisphere) {
      return;
    }
    this.area.clear();
    const style = areaStyle(this.colours);
    const drawing =
      tool === 'box'
        ? new Draw({ type: 'Circle', geometryFunction: createBox(), freehand: true, style })
        : new Draw({ type: 'Polygon', style });
    drawing.on('drawend', e => {
      const ring = (e.feature.getGeometry() as Polygon).getCoordinates()[0] ?? [];
      this.finish(tool, ring.slice(0, -1) as Plane[], hemisphere);
    });
    this.drawing = drawing;
    this.map.addInteraction(drawing);
  }

  private finish(tool: 'box' | 'polygon', corners: Plane[], hemisphere: Hemisphere): void {
    const [x0 = 0, y0 = 0] = corners[0] ?? [];
    const [x1 = 0, y1 = 0] = corners[2] ?? [];
    const resolution = this.map.getView().getResolution() ?? 1;
    if (tool === 'box' && Math.min(Math.abs(x1 - x0), Math.abs(y1 - y0)) < 3 * resolution) {
      this.events.refused('That box is too small: press, drag to the opposite corner, let go.');
    } else if (corners.length < 3) {
      this.events.refused('A polygon needs three corners at least.');
    } else if (crossesItself(corners)) {
      this.events.refused('The outline crosses itself. Draw it again without a knot.');
    } else {
      this.events.drawn(areaFromPlane(tool === 'box' ? 'Box' : 'Polygon', corners, hemisphere));
    }
  }

  private keyAt(event: MapBrowserEvent): string | null {
    const hits = this.map.getFeaturesAtPixel(event.pixel, {
      hitTolerance: 4,
      layerFilter: layer => layer === this.layers[2]
    });
    // The smallest: a tile inside of a footprint that covers the Arctic can be reached.
    const size = (extent: OlExtent): number => (extent[2] ?? 0) - (extent[0] ?? 0);
    const [first] = hits
      .map(hit => ({ key: hit.getId(), size: size(hit.getGeometry()?.getExtent() ?? []) }))
      .sort((a, b) => a.size - b.size);
    return first?.key === undefined ? null : String(first.key);
  }

  private moved(): void {
    const { hemisphere } = this;
    const view = this.map.getView();
    const resolution = view.getResolution();
    const centre = view.getCenter();
    if (!hemisphere || !resolution || !centre || !this.map.getSize()?.[0]) {
      return;
    }
    const bar = scaleBar(centre as Plane, resolution, hemisphere);
    this.scale.style.setProperty('--ph-bar', `${bar.pixels}px`);
    this.scale.textContent = bar.said;
    const corners = onMap(
      view.calculateExtent(this.map.getSize()) as unknown as Extent,
      hemisphere
    );
    this.events.moved(corners.length > 2 ? areaFromPlane('The view', corners, hemisphere) : null);
    this.fillGrid(resolution, hemisphere);
    void this.fillLand(resolution < FINE ? '50m' : '110m', hemisphere);
  }

  private fillGrid(resolution: number, hemisphere: Hemisphere): void {
    const wanted = `${hemisphere} ${spacing(resolution).parallels}`;
    if (this.shown.grid !== wanted) {
      this.shown.grid = wanted;
      this.grid.clear(true);
      this.grid.addFeatures(gridFeatures(resolution, hemisphere));
    }
  }

  private async fillLand(detail: Detail, hemisphere: Hemisphere): Promise<void> {
    const wanted = `${hemisphere} ${detail}`;
    // What is finer stays: going back to the coarse would only flicker.
    if (this.shown.land === wanted || this.shown.land === `${hemisphere} 50m`) {
      return;
    }
    this.shown.land = wanted;
    const features = await landFeatures(hemisphere, detail).catch(() => null);
    if (this.shown.land !== wanted) {
      return; // meanwhile another was asked for
    }
    if (!features) {
      this.shown.land = '';
      this.events.refused('The coastlines did not arrive. Searching works without them.');
      return;
    }
    this.ground.clear(true);
    this.ground.addFeatures([oceanFeature(hemisphere), ...features]);
  }

  private label(event: RenderEvent): void {
    const { context, frameState } = event;
    if (!(context instanceof CanvasRenderingContext2D) || !frameState?.extent || !this.hemisphere) {
      return;
    }
    const { resolution } = frameState.viewState;
    const ratio = frameState.pixelRatio;
    context.save();
    context.font = `${10.5 * ratio}px ${this.colours.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3 * ratio;
    context.strokeStyle = this.colours.halo;
    context.fillStyle = this.colours.label;
    const extent = frameState.extent as unknown as Extent;
    for (const { said, at } of labelsFor(extent, resolution, this.hemisphere)) {
      const [x = 0, y = 0] = this.map.getPixelFromCoordinate(at);
      context.strokeText(said, x * ratio, y * ratio);
      context.fillText(said, x * ratio, y * ratio);
    }
    context.restore();
  }
}

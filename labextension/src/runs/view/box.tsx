import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import type { Hemisphere } from '../../catalog/geo/projection.js';
import type { Box } from '../../catalog/geo/ring.js';
import type { PolarMap } from '../../catalog/map/polar-map.js';
import { isObject, list, text } from '../../catalog/stac.js';
import type { Area } from '../../catalog/query.js';
import { boxAround, poleOf, systemOf, type System } from '../box.js';
import { SIDES, type Draft, type Field } from '../fields.js';
import { useHost } from './host.js';

const NAMES: Record<Hemisphere, string> = { north: 'Arctic', south: 'Antarctic' };

function systemsOf(field: Field): string[] {
  const properties = isObject(field.schema.properties) ? field.schema.properties : {};
  const crs = isObject(properties.crs) ? properties.crs : {};
  return list(crs.enum).map(one => text(one));
}

/** The typed box as the map shows it; null while it is none. */
function typedBox(field: Field, draft: Draft): Box | null {
  const sides = SIDES.map(side => Number((draft[`${field.name}.${side}`] ?? '').trim() || NaN));
  return sides.every(Number.isFinite) ? (sides as Box) : null;
}

interface Props {
  field: Field;
  draft: Draft;
  type: (change: Draft) => void;
  refuse: (sentence: string) => void;
}

/** Four numbers, and the map to draw them on. */
export function BoxField({ field, draft, type, refuse }: Props): ReactElement {
  const id = useId();
  const [drawing, setDrawing] = useState(false);
  const systems = systemsOf(field);
  const crs = (draft[`${field.name}.crs`] ?? '') || (systems[0] ?? '');
  const system = systemOf(crs) ?? 'CRS84';
  return (
    <div className="ph-BoxField">
      {systems.length > 1 && (
        <label>
          <span>Coordinates in</span>
          <select
            className="ph-Input"
            value={crs}
            onChange={event => {
              // numbers of one system mean nothing in another
              const none = SIDES.map((side): [string, string] => [`${field.name}.${side}`, '']);
              type({ ...Object.fromEntries(none), [`${field.name}.crs`]: event.target.value });
            }}
          >
            {systems.map(one => (
              <option key={one} value={one}>
                {systemOf(one) === 'CRS84' ? 'degrees' : `metres of ${systemOf(one) ?? one}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="ph-BoxField-sides">
        {SIDES.map(side => (
          <label key={side}>
            <span>
              {side[0]?.toUpperCase()}
              {side.slice(1)}
            </span>
            <input
              className="ph-Input"
              inputMode="decimal"
              placeholder={system === 'CRS84' ? '°' : 'm'}
              value={draft[`${field.name}.${side}`] ?? ''}
              onChange={event => {
                type({ [`${field.name}.${side}`]: event.target.value, [`${field.name}.crs`]: crs });
              }}
            />
          </label>
        ))}
      </div>
      <p className="ph-Note">
        {system === 'CRS84'
          ? 'Degrees; west more than east runs over 180°.'
          : 'Metres of the plane.'}
      </p>
      <button
        type="button"
        className="ph-Button"
        aria-expanded={drawing}
        aria-controls={`${id}-map`}
        onClick={() => {
          setDrawing(!drawing);
        }}
      >
        {drawing ? 'Close the map' : 'Draw it on the map'}
      </button>
      <div id={`${id}-map`}>
        {drawing && (
          <BoxMap
            system={system}
            box={typedBox(field, draft)}
            drawn={box => {
              const sides = SIDES.map((side, i): [string, string] => [
                `${field.name}.${side}`,
                String(box[i])
              ]);
              type({ ...Object.fromEntries(sides), [`${field.name}.crs`]: crs });
            }}
            refuse={refuse}
          />
        )}
      </div>
    </div>
  );
}

interface MapProps {
  system: System;
  box: Box | null;
  drawn: (box: Box) => void;
  refuse: (sentence: string) => void;
}

function BoxMap({ system, box, drawn, refuse }: MapProps): ReactElement {
  const { onTheme } = useHost();
  const canvas = useRef<HTMLDivElement>(null);
  const scale = useRef<HTMLDivElement>(null);
  const name = useId();
  const [map, setMap] = useState<PolarMap | null>(null);
  const fixed = poleOf(system);
  const [chosen, setChosen] = useState<Hemisphere>(box && box[1] + box[3] < 0 ? 'south' : 'north');
  const hemisphere = fixed ?? chosen;
  const [ring, setRing] = useState<Area | null>(null);
  const tell = useRef({ drawn, refuse, system });
  useEffect(() => {
    tell.current = { drawn, refuse, system };
  });
  useEffect(() => {
    let made: PolarMap | null = null;
    let gone = false;
    const make = async (): Promise<void> => {
      const { PolarMap } = await import('../../catalog/map/polar-map.js');
      if (gone || !canvas.current || !scale.current) {
        return;
      }
      const nothing = (): void => undefined;
      made = new PolarMap(canvas.current, scale.current, {
        drawn: area => {
          if (area.kind === 'ring') {
            setRing(area);
            tell.current.drawn(boxAround(area.ring, tell.current.system));
          }
        },
        refused: sentence => {
          tell.current.refuse(sentence);
        },
        pointed: nothing,
        picked: nothing,
        moved: nothing
      });
      setMap(made);
    };
    make().catch(() => {
      tell.current.refuse('The map did not arrive. Type the four numbers.');
    });
    return () => {
      gone = true;
      made?.dispose();
    };
  }, []);
  useEffect(
    () =>
      map
        ? onTheme(() => {
            map.redraw();
          })
        : undefined,
    [map, onTheme]
  );
  const said = box?.join(' ') ?? '';
  useEffect(() => {
    map?.show(hemisphere);
    map?.draw('box');
    const numbers = said.split(' ').map(Number) as Box;
    const degrees = said ? ({ kind: 'box', box: numbers, said } as const) : null;
    map?.setArea(poleOf(system) ? ring : degrees);
  }, [map, hemisphere, said, system, ring]);
  return (
    <div>
      {!fixed && (
        <div className="ph-Switch" role="radiogroup" aria-label="Which pole the map shows">
          {(['north', 'south'] as const).map(pole => (
            <label key={pole} className="ph-Switch-option">
              <input
                type="radio"
                name={name}
                checked={pole === hemisphere}
                onChange={() => {
                  setChosen(pole);
                }}
              />
              <span>{NAMES[pole]}</span>
            </label>
          ))}
        </div>
      )}
      <div className="ph-Map">
        <div
          ref={canvas}
          className="ph-Map-canvas"
          tabIndex={0}
          role="application"
          aria-label={`Map of the ${NAMES[hemisphere]} to draw the box on. Without a mouse, type the four numbers.`}
        />
        <div ref={scale} className="ph-Map-scale" aria-hidden="true" />
        <div className="ph-Map-credit">Land: Natural Earth</div>
        {!map && <div className="ph-Map-wait">The map is coming.</div>}
      </div>
      <p className="ph-Note">Press at one corner, drag to the opposite one, let go.</p>
    </div>
  );
}

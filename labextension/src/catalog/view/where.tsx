import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import type { PolarMap } from '../map/polar-map.js';
import type { Hemisphere } from '../geo/projection.js';
import type { Tool } from '../model.js';
import { readBox } from '../query.js';
import { useCatalog, useHost } from './host.js';
import {
  BoxIcon,
  ClearIcon,
  HomeIcon,
  MinusIcon,
  PlusIcon,
  PolygonIcon,
  ViewIcon
} from './icons.js';

const NAMES: Record<Hemisphere, string> = { north: 'Arctic', south: 'Antarctic' };

const HINTS = {
  box: 'Press at one corner, drag to the opposite one, let go. Escape leaves.',
  polygon: 'Click each corner; double-click ends. Escape leaves.'
};

export function HemisphereSwitch(): ReactElement {
  const [{ hemisphere }, model] = useCatalog();
  const name = useId();
  return (
    <div className="ph-Switch" role="radiogroup" aria-label="Which pole the map shows">
      {(['north', 'south'] as const).map(h => (
        <label key={h} className="ph-Switch-option">
          <input
            type="radio"
            name={name}
            checked={h === hemisphere}
            onChange={() => {
              model.showHemisphere(h);
            }}
          />
          <span>{NAMES[h]}</span>
        </label>
      ))}
    </div>
  );
}

/** The map itself lives outside of React; this keeps it told. */
function useMap(): {
  target: React.RefObject<HTMLDivElement>;
  scale: React.RefObject<HTMLDivElement>;
  map: PolarMap | null;
  trouble: string | null;
} {
  const { model, onTheme, warn } = useHost();
  const target = useRef<HTMLDivElement>(null);
  const scale = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<PolarMap | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let made: PolarMap | null = null;
    let gone = false;
    const make = async (): Promise<void> => {
      const { PolarMap } = await import('../map/polar-map.js');
      if (gone || !target.current || !scale.current) {
        return;
      }
      made = new PolarMap(target.current, scale.current, {
        drawn: area => {
          model.setArea(area);
        },
        refused: warn,
        pointed: key => {
          if (key !== model.get().pointed) {
            model.set({ pointed: key });
          }
        },
        picked: key => {
          model.openItem(key);
        },
        moved: view => {
          model.view = view;
        }
      });
      setMap(made);
    };
    make().catch(() => {
      setTrouble('The map did not arrive. Searching works without it: type coordinates below.');
    });
    return () => {
      gone = true;
      made?.dispose();
      setMap(null);
    };
  }, [model, warn]);
  useEffect(
    () =>
      map
        ? onTheme(() => {
            map.redraw();
          })
        : undefined,
    [map, onTheme]
  );
  return { target, scale, map, trouble };
}

export function MapView(): ReactElement {
  const [state, model] = useCatalog();
  const { target, scale, map, trouble } = useMap();
  const { hemisphere, items, tool, pointed, open } = state;
  const { area } = state.question;
  useEffect(() => {
    map?.show(hemisphere);
    map?.setItems(items);
    map?.setArea(area);
  }, [map, hemisphere, items, area]);
  useEffect(() => {
    map?.draw(tool);
    if (!tool) {
      map?.setArea(model.get().question.area);
    }
  }, [map, tool, model]);
  useEffect(() => {
    map?.light([pointed, open].filter(key => key !== null));
  }, [map, pointed, open, items]);
  useEffect(() => {
    if (open) {
      map?.reveal(open);
    }
  }, [map, open]);
  const leave = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && tool) {
      event.stopPropagation();
      model.set({ tool: null });
    }
  };
  return (
    <div className="ph-Map" onKeyDown={leave}>
      <div
        ref={target}
        className="ph-Map-canvas"
        tabIndex={0}
        role="application"
        aria-label={`Map of the ${NAMES[hemisphere]}. Arrow keys move it, plus and minus zoom.`}
      />
      <div className="ph-Map-buttons">
        <button type="button" title="Zoom in" aria-label="Zoom in" onClick={() => map?.zoom(1)}>
          <PlusIcon />
        </button>
        <button type="button" title="Zoom out" aria-label="Zoom out" onClick={() => map?.zoom(-1)}>
          <MinusIcon />
        </button>
        <button
          type="button"
          title="Whole pole"
          aria-label="Show the whole polar region"
          onClick={() => map?.home()}
        >
          <HomeIcon />
        </button>
      </div>
      <div ref={scale} className="ph-Map-scale" aria-hidden="true" />
      <div className="ph-Map-credit">Land: Natural Earth</div>
      {tool && (
        <div className="ph-Map-hint" role="status">
          {HINTS[tool]}
        </div>
      )}
      {!map && <div className="ph-Map-wait">{trouble ?? 'The map is coming.'}</div>}
    </div>
  );
}

function ToolButton({
  tool,
  children
}: {
  tool: Exclude<Tool, null>;
  children: React.ReactNode;
}): ReactElement {
  const [state, model] = useCatalog();
  const on = state.tool === tool;
  return (
    <button
      type="button"
      className="ph-Button"
      aria-pressed={on}
      onClick={() => {
        model.set({ tool: on ? null : tool });
      }}
    >
      {children}
    </button>
  );
}

export function AreaTools(): ReactElement {
  const [state, model] = useCatalog();
  const { warn } = useHost();
  const { area } = state.question;
  const takeView = (): void => {
    if (model.view) {
      model.setArea(model.view);
    } else {
      warn('Nothing of the Earth is in view: bring the map back first.');
    }
  };
  return (
    <div className="ph-Area">
      <div className="ph-Tools" role="group" aria-label="Choose an area">
        <ToolButton tool="box">
          <BoxIcon /> Box
        </ToolButton>
        <ToolButton tool="polygon">
          <PolygonIcon /> Polygon
        </ToolButton>
        <button
          type="button"
          className="ph-Button"
          onClick={takeView}
          title="Take what the map shows as the area"
        >
          <ViewIcon /> This view
        </button>
      </div>
      <div className="ph-Area-said" role="status">
        <span>{area ? area.said : 'No area: the whole Earth is searched.'}</span>
        {area && (
          <button
            type="button"
            className="ph-Button ph-mod-quiet"
            onClick={() => {
              model.setArea(null);
            }}
          >
            <ClearIcon /> Clear
          </button>
        )}
      </div>
    </div>
  );
}

const SIDES = ['West', 'South', 'East', 'North'] as const;

/** The keyboard's way to an area. */
export function TypedBox(): ReactElement {
  const [, model] = useCatalog();
  const id = useId();
  const [values, setValues] = useState<Record<string, string>>({});
  const [trouble, setTrouble] = useState<string | null>(null);
  const use = (event: React.FormEvent): void => {
    event.preventDefault();
    const [w = '', s = '', e = '', n = ''] = SIDES.map(side => values[side] ?? '');
    try {
      const box = readBox(w, s, e, n);
      const crosses = box[0] > box[2] ? ', over 180°' : '';
      const said = `${box[0]}° to ${box[2]}° E, ${box[1]}° to ${box[3]}° N${crosses}`;
      setTrouble(null);
      model.showHemisphere(box[1] + box[3] < 0 ? 'south' : 'north');
      model.setArea({ kind: 'box', box, said });
    } catch (error) {
      setTrouble(error instanceof RangeError ? error.message : String(error));
    }
  };
  return (
    <form
      className="ph-Typed"
      onSubmit={use}
      aria-describedby={trouble ? `${id}-trouble` : undefined}
    >
      {SIDES.map(side => (
        <label key={side}>
          <span>{side}</span>
          <input
            className="ph-Input"
            inputMode="decimal"
            placeholder="°"
            value={values[side] ?? ''}
            onChange={event => {
              setValues({ ...values, [side]: event.target.value });
            }}
          />
        </label>
      ))}
      <button type="submit" className="ph-Button">
        Use
      </button>
      <p className="ph-Note">Degrees; west more than east runs over 180°.</p>
      {trouble && (
        <p className="ph-Trouble" id={`${id}-trouble`} role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}

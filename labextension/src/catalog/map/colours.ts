const NAMES = [
  'ocean',
  'land',
  'ice',
  'coast',
  'grid',
  'label',
  'halo',
  'footprint',
  'footprint-fill',
  'footprint-lit',
  'area',
  'area-fill'
] as const;

/** The colours of the map, as a canvas takes them. */
export type Colours = Record<(typeof NAMES)[number], string> & { font: string };

/** Reads the theme: the stylesheet makes `--ph-*` out of JupyterLab's own variables. */
export function readColours(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--ph-${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(NAMES.map(name => [name, read(name)])) as Omit<
    Colours,
    'font'
  >;
  const font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return { ...colours, font };
}

import type { ReactElement } from 'react';

/** Line drawings that JupyterLab has no icon for; they take the colour of the text beside them. */
function drawing(path: string): () => ReactElement {
  return function Drawing() {
    return (
      <svg
        width="14"
        height="14"
        viewBox="0 0 14 14"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      >
        <path d={path} />
      </svg>
    );
  };
}

export const BoxIcon = drawing('M2 3h10v8H2z');
export const PolygonIcon = drawing('M7 1.5 12.5 6 10.5 12.5 3 11.5 1.5 5z');
export const ViewIcon = drawing('M1.5 5V1.5H5M9 1.5h3.5V5M12.5 9v3.5H9M5 12.5H1.5V9');
export const ClearIcon = drawing('M3 3l8 8M11 3l-8 8');
export const PlusIcon = drawing('M7 2v10M2 7h10');
export const MinusIcon = drawing('M2 7h10');
export const HomeIcon = drawing(
  'M7 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M7 5.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3'
);
export const WideIcon = drawing('M8.5 1.5h4v4M12.5 1.5 8 6M5.5 12.5h-4v-4M1.5 12.5 6 8');

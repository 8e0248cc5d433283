import { Token } from '@lumino/coreutils';

/** What other plugins can do with the panel. */
export interface IPolarCatalogs {
  /** Bring the panel to the front of the left side bar. */
  open(): void;
}

export const IPolarCatalogs = new Token<IPolarCatalogs>(
  'polarhub-lab:IPolarCatalogs',
  'The panel that searches polar data catalogs.'
);

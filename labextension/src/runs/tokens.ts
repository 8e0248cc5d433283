import { Token } from '@lumino/coreutils';

/** The panel "Runs", for other plugins. */
export interface IPolarRuns {
  /** Show the panel. */
  open(): void;
}

export const IPolarRuns = new Token<IPolarRuns>(
  'polarhub-lab:IPolarRuns',
  'Opens the panel of headless runs.'
);

import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Inserted } from '../notebook.js';
import type { CatalogModel, State } from '../model.js';

/** What the views need of JupyterLab. */
export interface Host {
  model: CatalogModel;
  /** Insert code as a cell; throws a sentence. */
  insert: (code: string) => Promise<Inserted>;
  copy: (text: string) => void;
  /** Say something that can be missed. */
  tell: (sentence: string) => void;
  /** Say that something did not work. */
  warn: (sentence: string) => void;
  /** Call back whenever the theme has changed; gives what ends it. */
  onTheme: (listener: () => void) => () => void;
  /** Show the panel in the main area; absent where it is there. */
  widen?: () => void;
}

const HostContext = createContext<Host | null>(null);

export const HostProvider = HostContext.Provider;

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) {
    throw new Error('A part of the panel is shown outside of it.');
  }
  return host;
}

/** The model and its state, kept up to date. */
export function useCatalog(): [State, CatalogModel] {
  const { model } = useHost();
  return [useSyncExternalStore(model.subscribe, model.get), model];
}

import { createContext, useContext, useSyncExternalStore } from 'react';
import type { RunsModel, State } from '../model.js';
import type { Run } from '../documents.js';
import type { Store } from '../store.js';

/** What the views need of JupyterLab. */
export interface Host {
  model: RunsModel;
  /** Open the notebook of a run: in the home where it is there, else it is downloaded. */
  openResult: (run: Run) => Promise<void>;
  /** Save a file with the browser. */
  save: (content: Blob, name: string) => void;
  /** Run a file of the home, or publish it, as its context menu does. */
  choose: (what: 'run' | 'publish', path: string) => Promise<void>;
  /** The notebook that is in front; '' where there is none. */
  notebook: () => string;
  tell: (sentence: string) => void;
  warn: (sentence: string) => void;
  /** Call back whenever the theme has changed; gives what ends it. */
  onTheme: (listener: () => void) => () => void;
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

export function useStore<S extends object>(store: Store<S>): S {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** The model and its state, kept up to date. */
export function useRuns(): [State, RunsModel] {
  const { model } = useHost();
  return [useStore(model), model];
}

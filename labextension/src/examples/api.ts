import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** A card of the launcher. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** A cell of a notebook, in nbformat 4. */
export interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

/** What is shown of a notebook. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** The examples as the user's own server hands them out. */
export class ExamplesApi {
  constructor(private readonly settings = ServerConnection.makeSettings()) {}

  /** All examples. */
  list(): Promise<Example[]> {
    return this.ask<Example[]>('', 'GET');
  }

  /** One of them, to read. */
  notebook(name: string): Promise<Notebook> {
    return this.ask<Notebook>(`/${encodeURIComponent(name)}`, 'GET');
  }

  /** Copies one into the user's files; its path there. */
  async copy(name: string): Promise<string> {
    const { path } = await this.ask<{ path: string }>(`/${encodeURIComponent(name)}/copy`, 'POST');
    return path;
  }

  /** Raises an Error whose message can be shown. */
  private async ask<T>(rest: string, method: string): Promise<T> {
    const url = URLExt.join(this.settings.baseUrl, 'polarhub/examples') + rest;
    const response = await ServerConnection.makeRequest(url, { method }, this.settings);
    const body = (await response.json().catch(() => ({}))) as T & {
      message?: string;
      reason?: string;
    };
    if (!response.ok) {
      throw new Error(body.reason ?? body.message ?? `The server answered ${response.status}.`);
    }
    return body;
  }
}

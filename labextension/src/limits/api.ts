import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** Something that a user is told once; numbered anew by each server. */
export interface Message {
  readonly number: number;
  readonly kind: 'error' | 'warning';
  readonly text: string;
}

/** What the server takes and what there is: bytes, and processors' worth of time. */
export interface Figures {
  readonly profile: string;
  readonly memory: { readonly used: number; readonly limit: number };
  readonly cpu: { readonly used: number; readonly limit: number };
  readonly home: {
    readonly used: number | null;
    readonly complete: boolean;
    readonly limit: number;
    readonly free: number;
  };
  readonly held: readonly string[];
  readonly started: string;
  readonly messages: readonly Message[];
}

/** The figures of this server, or null where it keeps none (it runs outside of polarhub). */
export async function fetchFigures(
  settings: ServerConnection.ISettings = ServerConnection.makeSettings()
): Promise<Figures | null> {
  const url = URLExt.join(settings.baseUrl, 'polarhub', 'limits');
  const answer = await ServerConnection.makeRequest(url, {}, settings);
  if (answer.status === 404) {
    return null;
  }
  if (!answer.ok) {
    throw new ServerConnection.ResponseError(answer);
  }
  return (await answer.json()) as Figures;
}

import { readLines } from './ndjson.js';
import {
  isObject,
  list,
  readCollection,
  readItem,
  readReport,
  text,
  type Collection,
  type Item,
  type JsonObject,
  type SourceReport
} from './stac.js';

/** A request, with its headers as plain names and values. */
type Asking = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** What a search brings, in the order in which it comes. */
export type Found =
  | { kind: 'source'; report: SourceReport }
  | { kind: 'item'; item: Item }
  | { kind: 'end'; next: string | null };

/** Something went wrong, said in a sentence for the person at the screen. */
export class CatalogError extends Error {}

const SENTENCES: Record<number, string> = {
  401: 'Your session has ended. Reload the page to sign in again; the notebook is kept.',
  403: 'You are signed in, but may not use the catalog. Ask an administrator of this hub.',
  404: 'The catalog service of this hub does not know this. It may be older than this panel.',
  413: 'The outline is too long for the catalog. Draw it with fewer points.',
  429: 'Too many searches at once. Wait a few seconds and search again.',
  502: 'The catalog service of this hub does not answer. Try again in a minute.',
  503: 'The catalog service of this hub is not ready yet. Try again in a minute.'
};

async function sentenceOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as unknown;
  const said = isObject(body) ? text(body.description) || text(body.detail) : '';
  const known = SENTENCES[response.status];
  if (response.status === 400 && said) {
    return `The catalog cannot use this search. ${said}`;
  }
  return (
    known ?? (said || `The catalog service answered with an error (${response.status}). Try again.`)
  );
}

/** The one place that fetches: the STAC API of the hub, with the token of this page. */
export class CatalogApi {
  constructor(
    /** The address of the STAC API, absolute. */
    readonly address: string,
    /** Asked at each request: signing in again may change it. */
    private readonly token: () => string
  ) {}

  /** All collections that can be searched. Throws CatalogError. */
  async collections(signal: AbortSignal): Promise<Collection[]> {
    const found: Collection[] = [];
    let path: string | null = 'collections';
    while (path) {
      const page: unknown = await (await this.ask(path, { signal })).json();
      const body: JsonObject = isObject(page) ? page : {};
      found.push(...list(body.collections).flatMap(c => readCollection(c) ?? []));
      const next = list(body.links).find(l => isObject(l) && l.rel === 'next');
      // Only the query of the link is taken: the token goes nowhere but to this hub.
      const query: string = isObject(next) ? new URL(text(next.href), this.address).search : '';
      path = query && found.length < 5000 ? `collections${query}` : null;
    }
    return found;
  }

  /** What a collection can be narrowed by, as JSON Schema. Throws CatalogError. */
  async queryables(collection: string, signal: AbortSignal): Promise<unknown> {
    const path = `collections/${encodeURIComponent(collection)}/queryables`;
    return (await this.ask(path, { signal })).json();
  }

  /** Searches all sources at once; each is heard as soon as it has something to say. Throws CatalogError. */
  async *search(body: JsonObject, signal: AbortSignal): AsyncGenerator<Found> {
    const response = await this.ask('search', {
      method: 'POST',
      signal,
      body: JSON.stringify(body),
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/x-ndjson, application/geo+json;q=0.5'
      }
    });
    const streams = response.headers.get('Content-Type')?.includes('ndjson') ?? false;
    if (!streams || !response.body) {
      yield* readWhole(await response.json());
      return;
    }
    let ended = false;
    for await (const line of readLines(response.body)) {
      for (const found of readLine(line)) {
        ended ||= found.kind === 'end';
        yield found;
      }
    }
    if (!ended) {
      throw new CatalogError(
        'The answer broke off. What came so far is shown; search again for the rest.'
      );
    }
  }

  private async ask(path: string, init: Asking): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.address}/${path}`, {
        credentials: 'omit',
        ...init,
        headers: {
          Accept: 'application/json',
          ...init.headers,
          Authorization: `token ${this.token()}`
        }
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') {
        throw error;
      }
      throw new CatalogError('The hub cannot be reached. Check the connection and try again.');
    }
    if (!response.ok) {
      throw new CatalogError(await sentenceOf(response));
    }
    return response;
  }
}

function* reports(values: unknown, otherwise?: string): Generator<Found> {
  for (const value of list(values)) {
    const report = readReport(value, otherwise);
    if (report) {
      yield { kind: 'source', report };
    }
  }
}

/** What a line says: who is asked, what a source did, an item, or that all is said. */
function* readLine(line: unknown): Generator<Found> {
  if (!isObject(line)) {
    return;
  }
  if (isObject(line.error)) {
    throw new CatalogError(text(line.error.description, 'The search broke off. Try again.'));
  }
  yield* reports(line.asked, 'asked');
  yield* reports(line.source ? [line.source] : []);
  const item = readItem(line.feature);
  if (item) {
    yield { kind: 'item', item };
  }
  if (isObject(line.end)) {
    yield* reports(line.end.sources);
    yield { kind: 'end', next: text(line.end.next) || null };
  }
}

function* readWhole(value: unknown): Generator<Found> {
  const body = isObject(value) ? value : {};
  yield* reports(body['polarhub:sources']);
  for (const item of list(body.features).flatMap(f => readItem(f) ?? [])) {
    yield { kind: 'item', item };
  }
  const next = list(body.links).find(l => isObject(l) && l.rel === 'next');
  const asked = isObject(next) && isObject(next.body) ? text(next.body.token) : '';
  yield { kind: 'end', next: asked || null };
}

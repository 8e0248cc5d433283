import { isObject, list, text, type JsonObject } from '../catalog/stac.js';
import {
  readFile,
  readOffer,
  readProcess,
  readRun,
  readSchedule,
  readUsage,
  type Offer,
  type Process,
  type Run,
  type RunFile,
  type Schedule,
  type Usage
} from './documents.js';
import { readEvents } from './events.js';

type Asking = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** Something went wrong, in a sentence; `where` names the input or field that it is about. */
export class RunsError extends Error {
  constructor(
    message: string,
    readonly where = '',
    readonly status = 0
  ) {
    super(message);
  }
}

const SENTENCES: Record<number, string> = {
  401: 'Your session has ended. Reload the page to sign in again; runs go on meanwhile.',
  413: 'The inputs are too large. Put the data into a file and give its address.',
  502: 'The hub does not answer just now. Runs go on; try again in a minute.',
  503: 'The hub is not ready just now. Runs go on; try again in a minute.'
};

async function errorOf(response: Response): Promise<RunsError> {
  const body = (await response.json().catch(() => null)) as unknown;
  const said = isObject(body) ? text(body.detail) || text(body.description) : '';
  const where = isObject(body) ? text(body.where) : '';
  const sentence = SENTENCES[response.status] ?? (said || `The hub answered ${response.status}.`);
  const whole = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new RunsError(/[.?]$/.test(whole) ? whole : `${whole}.`, where, response.status);
}

function json(method: string, body: unknown, headers: Record<string, string> = {}): Asking {
  return {
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers }
  };
}

function read<T>(value: unknown, reader: (value: unknown) => T | null): T {
  const found = reader(value);
  if (found === null) {
    throw new RunsError('The hub answered something that this panel cannot read.');
  }
  return found;
}

const part = encodeURIComponent;

/** The one place that fetches: processes, runs, schedules and usage, with the token of this page. */
export class RunsApi {
  constructor(
    /** The address below which the hub's services lie, absolute. */
    readonly address: string,
    private readonly token: () => string
  ) {}

  /** All that may be run. */
  async processes(): Promise<Process[]> {
    return this.pages('ogc/processes', 'limit=200', 'processes', readProcess);
  }

  /** One of them with its inputs and what a run may cost. */
  async offer(process: string): Promise<Offer> {
    return read(await this.json(`runs/preview/processes/${part(process)}`), readOffer);
  }

  /** A notebook as it would be as a process. */
  async preview(
    notebook: unknown,
    slug: string,
    definition: JsonObject | null = null
  ): Promise<Offer> {
    const asked = json('POST', { notebook, slug, definition });
    return read(await this.json('runs/preview/notebook', asked), readOffer);
  }

  /** Run a process; throws RunsError whose `where` is `inputs.<name>` where an input is at fault. */
  async execute(process: string, inputs: JsonObject): Promise<Run> {
    const asked = json('POST', { inputs, response: 'document' }, { Prefer: 'respond-async' });
    return read(await this.json(`ogc/processes/${part(process)}/execution`, asked), readRun);
  }

  /** Run a file of the home as it is. */
  async runFile(notebook: string, inputs: JsonObject): Promise<Run> {
    const answer = await this.ask('jobs', json('POST', { notebook, inputs }));
    const id = (answer.headers.get('Location') ?? '').split('?')[0]?.split('/').at(-1) ?? '';
    return this.run(decodeURIComponent(id));
  }

  /** The newest runs. */
  async runs(limit = 50): Promise<Run[]> {
    const body = await this.json(`ogc/jobs?limit=${limit}`);
    return list(isObject(body) ? body.jobs : []).flatMap(one => readRun(one) ?? []);
  }

  async run(id: string): Promise<Run> {
    return read(await this.json(`ogc/jobs/${part(id)}`), readRun);
  }

  /** A run as it changes, until it ends or the signal says so. */
  async *events(id: string, signal: AbortSignal): AsyncGenerator<Run> {
    const headers = { Accept: 'text/event-stream' };
    const response = await this.ask(`ogc/jobs/${part(id)}/events`, { signal, headers });
    if (!response.body) {
      return;
    }
    for await (const data of readEvents(response.body)) {
      const run = readRun(JSON.parse(data));
      if (run) {
        yield run;
      }
    }
  }

  async dismiss(id: string): Promise<Run> {
    return read(await this.json(`ogc/jobs/${part(id)}`, { method: 'DELETE' }), readRun);
  }

  /** What was asked: the inputs, and the names of the outputs. */
  async request(id: string): Promise<{ inputs: JsonObject; outputs: string[] }> {
    const body = await this.json(`ogc/jobs/${part(id)}/request`);
    const said = isObject(body) ? body : {};
    return {
      inputs: isObject(said.inputs) ? said.inputs : {},
      outputs: Object.keys(isObject(said.outputs) ? said.outputs : {})
    };
  }

  async log(id: string): Promise<string> {
    const headers = { Accept: 'text/plain' };
    return (await this.ask(`ogc/jobs/${part(id)}/log`, { headers })).text();
  }

  async files(id: string): Promise<RunFile[]> {
    const body = await this.json(`ogc/jobs/${part(id)}/files`);
    return list(isObject(body) ? body.files : []).flatMap(one => readFile(one) ?? []);
  }

  async file(id: string, name: string): Promise<Blob> {
    const path = name.split('/').map(part).join('/');
    return (
      await this.ask(`ogc/jobs/${part(id)}/files/${path}`, { headers: { Accept: '*/*' } })
    ).blob();
  }

  /** One output, bare; its body is read by whoever asks, so that a large one need not be. */
  output(id: string, name: string, signal: AbortSignal): Promise<Response> {
    const path = `ogc/jobs/${part(id)}/results/${part(name)}`;
    return this.ask(path, { signal, headers: { Accept: '*/*' } });
  }

  async usage(): Promise<Usage> {
    return read(await this.json('runs/usage'), readUsage);
  }

  async schedules(): Promise<Schedule[]> {
    const body = await this.json('runs/schedules');
    return list(isObject(body) ? body.schedules : []).flatMap(one => readSchedule(one) ?? []);
  }

  /** When a schedule would run next, in milliseconds; throws RunsError with `cron` or `zone`. */
  async times(cron: string, zone: string, signal: AbortSignal): Promise<number[]> {
    const query = new URLSearchParams({ cron, zone }).toString();
    const body = await this.json(`runs/preview/times?${query}`, { signal });
    return list(isObject(body) ? body.times : []).map(one => Date.parse(text(one)));
  }

  async schedule(
    process: string,
    inputs: JsonObject,
    cron: string,
    zone: string
  ): Promise<Schedule> {
    const asked = json('POST', { process, inputs, cron, zone });
    return read(await this.json('runs/schedules', asked), readSchedule);
  }

  async pause(id: string, paused: boolean): Promise<Schedule> {
    return read(
      await this.json(`runs/schedules/${part(id)}`, json('PATCH', { paused })),
      readSchedule
    );
  }

  async unschedule(id: string): Promise<void> {
    await this.ask(`runs/schedules/${part(id)}`, { method: 'DELETE' });
  }

  /** Publish a notebook as a process of one's own, or a new version of it. */
  async publish(slug: string, notebook: unknown, definition: JsonObject): Promise<Process> {
    const said = await this.json('runs/processors', json('POST', { slug, notebook, definition }));
    return read(said, readProcess);
  }

  private async pages<T>(
    path: string,
    query: string,
    name: string,
    reader: (value: unknown) => T | null
  ): Promise<T[]> {
    const found: T[] = [];
    let asked = `?${query}`;
    while (asked && found.length < 5000) {
      const body = await this.json(path + asked);
      const said: JsonObject = isObject(body) ? body : {};
      found.push(...list(said[name]).flatMap(one => reader(one) ?? []));
      const next = list(said.links).find(l => isObject(l) && l.rel === 'next');
      // Only the query of the link is taken: the token goes nowhere but to this hub.
      asked = isObject(next) ? new URL(text(next.href), this.address).search : '';
    }
    return found;
  }

  private async json(path: string, init: Asking = {}): Promise<unknown> {
    return (await this.ask(path, init)).json();
  }

  private async ask(path: string, init: Asking): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.address}/${path}`, {
        credentials: 'omit',
        cache: 'no-store',
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
      throw new RunsError(
        'The hub cannot be reached. Runs go on; check the connection and try again.'
      );
    }
    if (!response.ok) {
      throw await errorOf(response);
    }
    return response;
  }
}

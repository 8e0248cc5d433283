import type { JsonObject } from '../catalog/stac.js';
import { RunsError, type RunsApi } from './api.js';
import type { Offer, Run, Schedule } from './documents.js';
import { fieldOf, firstDraft, type Draft, type Field } from './fields.js';
import { Store } from './store.js';
import { valuesOf } from './values.js';

/** What a form runs: a process, or a file of the home as it is. */
export type Source =
  { kind: 'process'; process: string } | { kind: 'file'; path: string; notebook: unknown };

export interface FormState {
  offer: Offer | null;
  fields: Field[];
  draft: Draft;
  /** What is wrong, by input; about none of them in ''. */
  wrong: Record<string, string>;
  sending: boolean;
  /** Counts the attempts, so that the view can go to the first field that is wrong. */
  tries: number;
}

const DRAFTS = 'polarhub-lab:runs:';

/** What was typed before in this tab of the browser; files are too large to be kept. */
function kept(key: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFTS + key) ?? 'null') as Draft | null;
  } catch {
    return null;
  }
}

function keep(key: string, draft: Draft | null): void {
  try {
    if (draft) {
      const small = Object.entries(draft).filter(([, said]) => said.length < 20_000);
      sessionStorage.setItem(DRAFTS + key, JSON.stringify(Object.fromEntries(small)));
    } else {
      sessionStorage.removeItem(DRAFTS + key);
    }
  } catch {
    // A full or forbidden store costs only what a reload would keep.
  }
}

/** One form: it is fetched, filled in, sent; what was typed stays through errors, tabs and reloads. */
export class FormModel extends Store<FormState> {
  readonly key: string;

  constructor(
    private readonly api: RunsApi,
    readonly source: Source,
    /** The inputs of a former run to begin with. */
    private readonly given: JsonObject | null
  ) {
    super({ offer: null, fields: [], draft: {}, wrong: {}, sending: false, tries: 0 });
    this.key = source.kind === 'process' ? source.process : source.path;
  }

  async load(): Promise<void> {
    if (this.state.offer) {
      return;
    }
    this.set({ wrong: {} });
    try {
      const { source } = this;
      const offer =
        source.kind === 'process'
          ? await this.api.offer(source.process)
          : await this.api.preview(source.notebook, 'notebook');
      const fields = offer.inputs.map(fieldOf);
      const draft = (this.given ? null : kept(this.key)) ?? firstDraft(fields, this.given);
      this.set({ offer, fields, draft });
    } catch (error) {
      this.set({ wrong: { '': sentence(error) } });
    }
  }

  type(change: Draft): void {
    const draft = { ...this.state.draft, ...change };
    const changed = Object.keys(change).map(key => key.split('.')[0] ?? key);
    const wrong = Object.entries(this.state.wrong).filter(([name]) => !changed.includes(name));
    keep(this.key, draft);
    this.set({ draft, wrong: Object.fromEntries(wrong) });
  }

  /** As it was at first. */
  clear(): void {
    keep(this.key, null);
    this.set({ draft: firstDraft(this.state.fields, null), wrong: {} });
  }

  /** Run it; null where something is wrong, which is then said beside its field. */
  run(): Promise<Run | null> {
    return this.send(inputs =>
      this.source.kind === 'process'
        ? this.api.execute(this.source.process, inputs)
        : this.api.runFile(this.source.path, inputs)
    );
  }

  /** Run it at set times. */
  schedule(cron: string, zone: string): Promise<Schedule | null> {
    const { source } = this;
    if (source.kind !== 'process') {
      this.set({
        wrong: { '': 'Only a processor can be scheduled: publish this notebook first.' }
      });
      return Promise.resolve(null);
    }
    return this.send(inputs => this.api.schedule(source.process, inputs, cron, zone));
  }

  private async send<T>(how: (inputs: JsonObject) => Promise<T>): Promise<T | null> {
    const { fields, draft, sending, tries } = this.state;
    if (sending) {
      return null;
    }
    const { inputs, wrong } = valuesOf(fields, draft);
    if (Object.keys(wrong).length) {
      this.set({ wrong, tries: tries + 1 });
      return null;
    }
    this.set({ sending: true, wrong: {} });
    try {
      return await how(inputs);
    } catch (error) {
      this.set({ wrong: placed(error, fields), tries: tries + 1 });
      return null;
    } finally {
      this.set({ sending: false });
    }
  }
}

function placed(error: unknown, fields: readonly Field[]): Record<string, string> {
  const where = error instanceof RunsError ? error.where : '';
  const name = where.startsWith('inputs.') ? (where.split('.')[1] ?? '') : where;
  const known = fields.some(field => field.name === name) || name === 'cron' || name === 'zone';
  return { [known ? name : '']: sentence(error) };
}

/** What went wrong, for the person at the screen. */
export function sentence(error: unknown): string {
  return error instanceof RunsError
    ? error.message
    : 'Something in this panel went wrong. Runs go on; try again.';
}

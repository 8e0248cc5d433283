import type { JsonObject } from '../catalog/stac.js';
import { RunsError, type RunsApi } from './api.js';
import { ended, type Process, type Run, type Schedule, type Usage } from './documents.js';
import { FormModel, sentence, type Source } from './form.js';
import type { PublishModel } from './publish.js';
import { Store } from './store.js';

/** What is shown below the head of the panel. */
export type View = 'runs' | 'processes' | 'schedules' | 'run' | 'form' | 'publish';

export interface State {
  view: View;
  runs: Run[] | null;
  processes: Process[] | null;
  schedules: Schedule[] | null;
  usage: Usage | null;
  trouble: string | null;
  /** The run that is open. */
  open: string | null;
  form: FormModel | null;
  publish: PublishModel | null;
}

const EMPTY: State = {
  view: 'runs',
  runs: null,
  processes: null,
  schedules: null,
  usage: null,
  trouble: null,
  open: null,
  form: null,
  publish: null
};

const RETRY = 1500; // milliseconds between looks at a run whose events do not come

const pause = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds));

/** What the panel knows and can do; the views show it and call it. */
export class RunsModel extends Store<State> {
  private following: AbortController | null = null;
  private readonly forms = new Map<string, FormModel>();

  constructor(readonly api: RunsApi | null) {
    super(EMPTY);
  }

  /** Show one of the lists, fetched anew. */
  async show(view: 'runs' | 'processes' | 'schedules'): Promise<void> {
    this.unfollow();
    this.set({ view, open: null, trouble: null });
    await this.refresh();
  }

  /** Fetch what is in view. */
  async refresh(): Promise<void> {
    await this.trying(async api => {
      const { view } = this.state;
      const [usage, processes] = await Promise.all([api.usage(), api.processes()]);
      this.set({ usage, processes });
      if (view === 'schedules') {
        this.set({ schedules: await api.schedules() });
      } else if (view === 'runs') {
        this.heard(await api.runs());
      }
    });
  }

  /** What is known of runs now; those that are open are kept. */
  heard(runs: readonly Run[]): void {
    const known = new Map((this.state.runs ?? []).map(run => [run.id, run]));
    for (const run of runs) {
      const before = known.get(run.id);
      // an answer that was under way when the run ended does not bring it back to life
      known.set(run.id, before && ended(before) && !ended(run) ? before : run);
    }
    this.set({ runs: [...known.values()].sort((a, b) => b.created - a.created).slice(0, 200) });
  }

  /** Open a run and follow it until it ends or another is opened. */
  openRun(id: string): void {
    this.unfollow();
    this.set({ view: 'run', open: id, trouble: null });
    const following = new AbortController();
    this.following = following;
    void this.follow(id, following.signal);
  }

  private unfollow(): void {
    this.following?.abort();
    this.following = null;
  }

  private async follow(id: string, signal: AbortSignal): Promise<void> {
    await this.trying(async api => {
      this.heard([await api.run(id)]);
    });
    while (this.api && !signal.aborted && this.state.open === id) {
      const run = this.state.runs?.find(one => one.id === id);
      if (!run || ended(run)) {
        break;
      }
      await this.listen(this.api, id, signal);
      await pause(RETRY);
    }
    const usage = signal.aborted ? undefined : await this.api?.usage().catch(() => undefined);
    if (usage) {
      this.set({ usage });
    }
  }

  /** By events where they come, else by asking once. */
  private async listen(api: RunsApi, id: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const run of api.events(id, signal)) {
        this.heard([run]);
        if (ended(run)) {
          return;
        }
      }
    } catch {
      // whatever broke the stream: the run itself is asked below
    }
    if (!signal.aborted) {
      await this.trying(async () => {
        this.heard([await api.run(id)]);
      });
    }
  }

  async dismiss(id: string): Promise<void> {
    await this.trying(async api => {
      this.heard([await api.dismiss(id)]);
    });
  }

  /** Open the form of a process or of a file; `given` are the inputs of a former run. */
  openForm(source: Source, given: JsonObject | null = null): void {
    if (!this.api) {
      return;
    }
    this.unfollow();
    const key = source.kind === 'process' ? source.process : source.path;
    const known = source.kind === 'process' && !given ? this.forms.get(key) : undefined;
    const form = known ?? new FormModel(this.api, source, given);
    this.forms.set(key, form);
    this.set({ view: 'form', form, open: null, trouble: null });
    void form.load();
  }

  openPublish(publish: PublishModel): void {
    this.unfollow();
    this.set({ view: 'publish', publish, open: null, trouble: null });
    void publish.load();
  }

  /** A processor that was changed is asked for anew. */
  forget(process: string): void {
    this.forms.delete(process);
  }

  /** Run what the open form says, and show the run. */
  async send(): Promise<Run | null> {
    const run = (await this.state.form?.run()) ?? null;
    if (run) {
      this.heard([run]);
      this.openRun(run.id);
    }
    return run;
  }

  async pauseSchedule(id: string, paused: boolean): Promise<void> {
    await this.trying(async api => {
      const changed = await api.pause(id, paused);
      this.set({ schedules: (this.state.schedules ?? []).map(s => (s.id === id ? changed : s)) });
    });
  }

  async removeSchedule(id: string): Promise<void> {
    await this.trying(async api => {
      await api.unschedule(id);
      this.set({ schedules: (this.state.schedules ?? []).filter(s => s.id !== id) });
    });
  }

  /** Do it, and say in a sentence what kept it from being done. */
  async trying(what: (api: RunsApi) => Promise<void>): Promise<void> {
    try {
      if (!this.api) {
        throw new RunsError(
          'This JupyterLab was not started by a hub: there is nothing to run on.'
        );
      }
      await what(this.api);
    } catch (error) {
      this.set({ trouble: sentence(error) });
    }
  }
}

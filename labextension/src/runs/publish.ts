import { isObject, text, type Json, type JsonObject } from '../catalog/stac.js';
import { RunsError, type RunsApi } from './api.js';
import type { Offer, Process } from './documents.js';
import { sentence } from './form.js';
import { Store } from './store.js';
import { slugOf } from './words.js';

/** A notebook of the home, and the processor.json beside it where there is one. */
export interface Draft {
  path: string;
  notebook: unknown;
  definition: JsonObject | null;
}

export interface PublishState {
  /** What the notebook tells of itself. */
  offer: Offer | null;
  slug: string;
  title: string;
  visibility: string;
  /** Names of people and of groups, separated by commas. */
  users: string;
  groups: string;
  wrong: Record<string, string>;
  sending: boolean;
  done: Process | null;
}

const names = (said: string): string[] =>
  said
    .split(/[,\n]/)
    .map(name => name.trim())
    .filter(Boolean);

/** A notebook on its way to become a processor, or a new version of one. */
export class PublishModel extends Store<PublishState> {
  constructor(
    private readonly api: RunsApi,
    readonly draft: Draft,
    /** Who publishes: processors are `name:slug`. */
    readonly owner: string
  ) {
    super({
      offer: null,
      slug: slugOf(draft.path.split('/').at(-1) ?? ''),
      title: '',
      visibility: 'private',
      users: '',
      groups: '',
      wrong: {},
      sending: false,
      done: null
    });
  }

  get process(): string {
    return `${this.owner}:${this.state.slug}`;
  }

  /** Fetch what the notebook tells, and how it was published before. */
  async load(): Promise<void> {
    try {
      const { slug } = this.state;
      const { notebook, definition } = this.draft;
      const offer = await this.api.preview(notebook, slug, definition);
      const before = await this.api.offer(this.process).catch(() => null);
      const shown = definition ? offer : (before ?? offer);
      this.set({
        offer,
        title: shown.title,
        visibility: shown.visibility,
        users: shown.shared.users.join(', '),
        groups: shown.shared.groups.join(', ')
      });
    } catch (error) {
      this.set({ wrong: { '': sentence(error) } });
    }
  }

  type(change: Partial<PublishState>): void {
    this.set({ ...change, wrong: {}, done: null });
  }

  /** Publish; gives the process, or null where something is wrong. */
  async send(): Promise<Process | null> {
    const { state } = this;
    const wrong = this.check();
    if (state.sending || Object.keys(wrong).length) {
      this.set({ wrong });
      return null;
    }
    this.set({ sending: true, wrong: {} });
    try {
      const done = await this.api.publish(state.slug, this.draft.notebook, this.definition());
      this.set({ done });
      return done;
    } catch (error) {
      const where = error instanceof RunsError ? error.where.replace(/^.*: /, '') : '';
      this.set({
        wrong: { [['slug', 'title', 'shared'].includes(where) ? where : '']: sentence(error) }
      });
      return null;
    } finally {
      this.set({ sending: false });
    }
  }

  private check(): Record<string, string> {
    const { slug, title, visibility, users, groups } = this.state;
    return {
      ...(title.trim() ? {} : { title: 'Write a title.' }),
      ...(/^[a-z][a-z0-9-]{0,62}$/.test(slug)
        ? {}
        : { slug: 'Write a-z, 0-9 and hyphens, a letter first.' }),
      ...(visibility !== 'shared' || names(users).length || names(groups).length
        ? {}
        : { shared: 'Name the people or groups who may run it.' })
    };
  }

  /** What is in the file beside it, with what the person said here. */
  private definition(): JsonObject {
    const { title, visibility, users, groups, offer } = this.state;
    const file = Object.entries(this.draft.definition ?? {}).filter(([name]) => name !== 'shared');
    return {
      ...(offer?.description ? { description: offer.description } : {}),
      ...Object.fromEntries<Json>(file),
      title: title.trim(),
      visibility,
      ...(visibility === 'shared' ? { shared: { users: names(users), groups: names(groups) } } : {})
    };
  }
}

/** Whether a processor.json is about this notebook: it says so, or there is no other notebook beside it. */
export function isAbout(definition: unknown, notebook: string, beside: readonly string[]): boolean {
  if (!isObject(definition)) {
    return false;
  }
  const named = text(definition.notebook);
  return named ? named === notebook : beside.filter(name => name.endsWith('.ipynb')).length === 1;
}

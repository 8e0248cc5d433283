import { CatalogError, type CatalogApi } from './api.js';
import { fieldsOf, mergeFields, type Field } from './fields.js';
import type { Hemisphere } from './geo/projection.js';
import { bodyOf, troubleWithDates, type Area, type Condition, type Question } from './query.js';
import { sideOf, type Collection, type Item, type SourceReport } from './stac.js';

/** What the person is drawing on the map. */
export type Tool = 'box' | 'polygon' | null;

/** All that the panel shows. Replaced, never changed. */
export interface State {
  hemisphere: Hemisphere;
  tool: Tool;
  question: Question;
  /** Collections that can be searched; null until they have come. */
  collections: Collection[] | null;
  collectionsTrouble: string | null;
  /** What the chosen collections can be narrowed by; null while that is fetched. */
  fields: Field[] | null;
  phase: 'idle' | 'searching' | 'done';
  /** The search that the results answer. */
  asked: Question | null;
  trouble: string | null;
  sources: SourceReport[];
  items: Item[];
  /** Asks for the next page; null where there is none. */
  next: string | null;
  /** Keys of the item that is pointed at, and of the one whose details are open. */
  pointed: string | null;
  open: string | null;
}

const EMPTY: State = {
  hemisphere: 'north',
  tool: null,
  question: { area: null, from: '', to: '', collections: [], conditions: [] },
  collections: null,
  collectionsTrouble: null,
  fields: [],
  phase: 'idle',
  asked: null,
  trouble: null,
  sources: [],
  items: [],
  next: null,
  pointed: null,
  open: null
};

function sentence(error: unknown): string {
  return error instanceof CatalogError
    ? error.message
    : 'Something in this panel went wrong. Search again.';
}

/** The reports with a newer one in its place; sources stay where they stood. */
function heard(reports: readonly SourceReport[], report: SourceReport): SourceReport[] {
  const known = reports.some(r => r.id === report.id);
  return known ? reports.map(r => (r.id === report.id ? report : r)) : [...reports, report];
}

/** What the panel knows and can do; the views show it and call it. */
export class CatalogModel {
  /** What the map shows now, for "search this view"; the map keeps it. */
  view: Area | null = null;
  private state = EMPTY;
  private readonly listeners = new Set<() => void>();
  private running: AbortController | null = null;
  private asking: AbortController | null = null;
  private readonly fieldsById = new Map<string, Field[]>();

  constructor(readonly api: CatalogApi | null) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): State => this.state;

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach(listener => {
      listener();
    });
  }

  ask(change: Partial<Question>): void {
    this.set({ question: { ...this.state.question, ...change } });
  }

  /** Show the other pole. An outline that was drawn stays: it says where on the Earth it is. */
  showHemisphere(hemisphere: Hemisphere): void {
    this.set({ hemisphere, tool: null });
  }

  /** Open an item's details, or close them with null; the map turns to the pole where it lies. */
  openItem(key: string | null): void {
    const item = this.state.items.find(i => i.key === key);
    const side = item ? sideOf(item) : null;
    this.set({ open: key, hemisphere: side ?? this.state.hemisphere });
  }

  setArea(area: Area | null): void {
    this.ask({ area });
    this.set({ tool: null });
  }

  /** Fetch the collections, once they are needed. */
  async load(): Promise<void> {
    if (!this.api || this.state.collections) {
      return;
    }
    this.set({ collectionsTrouble: null });
    try {
      this.set({ collections: await this.api.collections(new AbortController().signal) });
    } catch (error) {
      this.set({ collectionsTrouble: sentence(error) });
    }
  }

  choose(collections: string[]): void {
    this.ask({ collections });
    void this.loadFields();
  }

  /** Put a condition on a property, or take it off. */
  narrow(property: string, condition: Condition | null): void {
    const others = this.state.question.conditions.filter(c => c.property !== property);
    this.ask({ conditions: condition ? [...others, condition] : others });
  }

  private async loadFields(): Promise<void> {
    const { api } = this;
    const chosen = this.state.question.collections;
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.set({ fields: chosen.length ? null : [] });
    const all = await Promise.all(
      (this.state.collections ?? [])
        .filter(c => chosen.includes(c.id))
        .map(async collection => {
          const known = this.fieldsById.get(collection.id);
          if (known || !api) {
            return known ?? [];
          }
          // Without queryables, what the collection summarises is still something to narrow by.
          const queryables = await api.queryables(collection.id, signal).catch(() => null);
          const fields = fieldsOf(collection, queryables);
          if (queryables) {
            this.fieldsById.set(collection.id, fields);
          }
          return fields;
        })
    );
    if (!signal.aborted) {
      const fields = mergeFields(all);
      const names = new Set(fields.map(f => f.name));
      this.set({ fields });
      this.ask({ conditions: this.state.question.conditions.filter(c => names.has(c.property)) });
    }
  }

  /** Search anew; a search that runs is given up. */
  async search(): Promise<void> {
    const { question } = this.state;
    const trouble = troubleWithDates(question.from, question.to);
    if (trouble) {
      this.set({ trouble });
      return;
    }
    this.set({ asked: question, items: [], sources: [], next: null, open: null, pointed: null });
    await this.run(question, null);
  }

  /** The next page of the results. */
  async more(): Promise<void> {
    const { asked, next } = this.state;
    if (asked && next) {
      await this.run(asked, next);
    }
  }

  stop(): void {
    this.running?.abort();
  }

  private async run(question: Question, token: string | null): Promise<void> {
    this.running?.abort();
    const run = new AbortController();
    this.running = run;
    this.set({ phase: 'searching', trouble: null, tool: null });
    try {
      if (!this.api) {
        throw new CatalogError('There is no catalog service here.');
      }
      for await (const found of this.api.search(bodyOf(question, token), run.signal)) {
        if (this.running !== run) {
          return;
        }
        switch (found.kind) {
          case 'source': {
            this.set({ sources: heard(this.state.sources, found.report) });
            break;
          }
          case 'item':
            if (!this.state.items.some(i => i.key === found.item.key)) {
              this.set({ items: [...this.state.items, found.item] });
            }
            break;
          case 'end':
            this.set({ next: found.next });
        }
      }
    } catch (error) {
      if (this.running === run) {
        this.set({
          trouble: run.signal.aborted ? 'Stopped. What had come is shown.' : sentence(error)
        });
      }
    } finally {
      if (this.running === run) {
        this.running = null;
        this.set({ phase: 'done' });
      }
    }
  }
}

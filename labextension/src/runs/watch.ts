import type { RunsApi } from './api.js';
import { ended, type Run } from './documents.js';
import { markOf, news } from './told.js';

const BUSY = 4_000; // milliseconds between looks while something runs
const QUIET = 30_000;
const SLOWEST = 120_000;

/** What the watch needs of the browser and of JupyterLab. */
export interface Watcher {
  /** What is known now. */
  heard: (runs: Run[]) => void;
  /** A run has ended since it was last told. */
  tell: (run: Run) => void;
  /** The last end that was told, in milliseconds; null in a browser that was told none. */
  mark: () => number | null;
  setMark: (mark: number) => void;
}

/** Looks for ends of runs, also of those that were started before this page was open. */
export class RunsWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = QUIET;

  constructor(
    private readonly api: RunsApi,
    private readonly watcher: Watcher
  ) {}

  /** Look now, and go on looking. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const runs = await this.api.runs();
      this.watcher.heard(runs);
      this.tellNews(runs);
      this.wait = runs.some(run => !ended(run)) ? BUSY : QUIET;
    } catch {
      this.wait = Math.min(this.wait * 2, SLOWEST); // the panel says so where it is open
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), this.wait);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private tellNews(runs: readonly Run[]): void {
    const mark = this.watcher.mark();
    if (mark !== null) {
      news(runs, mark).forEach(this.watcher.tell);
    }
    const now = markOf(runs, mark ?? 0);
    if (now !== mark) {
      this.watcher.setMark(now);
    }
  }
}

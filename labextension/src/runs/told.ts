import { ended, type Run } from './documents.js';

/** Which ends of runs are news: those after the last one told, oldest first. */
export function news(runs: readonly Run[], mark: number): Run[] {
  return runs
    .filter(run => ended(run) && run.status !== 'dismissed' && (run.finished ?? 0) > mark)
    .sort((a, b) => (a.finished ?? 0) - (b.finished ?? 0));
}

/** The mark after these were told. */
export function markOf(runs: readonly Run[], mark: number): number {
  return Math.max(mark, ...runs.map(run => run.finished ?? 0));
}

import type { Run, Status, Usage } from './documents.js';

export const STATUS_NAMES: Record<Status, string> = {
  accepted: 'Waiting',
  running: 'Running',
  successful: 'Done',
  failed: 'Failed',
  dismissed: 'Dismissed'
};

/** A duration of seconds as people say it. */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 90) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export function size(bytes: number): string {
  const [unit, by] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const value = bytes / by;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}

/** What a run is called: its process's title, or the file's name. */
export function nameOf(run: Run, titles: ReadonlyMap<string, string>): string {
  return run.path?.split('/').at(-1) ?? titles.get(run.process) ?? run.process;
}

/** A moment in the person's own zone, with the zone: today the time alone. */
export function when(at: number, now: number): string {
  const same = new Date(at).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat('en-GB', {
    ...(same ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short'
  }).format(at);
}

/** Cells done of all, in words. */
export function cells(run: Run): string {
  return run.cellsTotal ? `${run.cellsDone} of ${run.cellsTotal} cells` : '';
}

/** How long it took, or takes so far; '' before it began. */
export function took(run: Run, now: number): string {
  return run.started === null ? '' : duration(((run.finished ?? now) - run.started) / 1000);
}

function hours(value: number): string {
  return value > 0 && value < 0.1 ? '<0.1' : String(Number(value.toFixed(1)));
}

/** "1.2 of 500 CPU-hours used in November". */
export function usageSaid(usage: Usage): string {
  const [year = 0, month = 1] = usage.month.split('-').map(Number);
  const named = new Date(Date.UTC(year, month - 1, 1)).toLocaleDateString('en-GB', {
    month: 'long',
    timeZone: 'UTC'
  });
  const of = usage.allowed === null ? '' : ` of ${hours(usage.allowed)}`;
  return `${hours(usage.used)}${of} CPU-hours used in ${named}`;
}

export function usageParts(usage: Usage): string {
  const reserved = usage.reserved > 0 ? `, ${hours(usage.reserved)} kept for runs that go on` : '';
  return `Runs ${hours(usage.runs)}, JupyterLab ${hours(usage.interactive)}${reserved}. Plan: ${usage.plan}.`;
}

/** A name that a process can have, made from a title or file name. */
export function slugOf(name: string): string {
  const plain = name
    .replace(/\.ipynb$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return plain || 'notebook';
}

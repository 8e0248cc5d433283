import type { Figures, Message } from './api.js';

const GB = 1e9;
const NEARLY = 0.9;

/** One figure of the status bar. */
export interface Word {
  readonly name: string;
  readonly text: string;
  readonly warn: boolean;
  readonly detail: string;
}

/** Bytes in GB: one decimal below 10, none above. */
export function gb(bytes: number): string {
  const size = bytes / GB;
  return size < 9.95 ? size.toFixed(1).replace(/\.0$/, '') : size.toFixed(0);
}

function share(name: string, used: number, limit: number, detail: string): Word {
  const warn = used >= NEARLY * limit;
  const full = used >= limit ? ', full' : ', nearly full';
  return { name, text: `${gb(used)} / ${gb(limit)} GB${warn ? full : ''}`, warn, detail };
}

function notHeld(figures: Figures, kind: string): string {
  return figures.held.includes(kind) ? '' : ' This machine does not hold the limit.';
}

/** What the status bar says. */
export function words(figures: Figures): Word[] {
  const { memory, cpu, home } = figures;
  const use = Math.round(100 * cpu.used);
  const found = [
    share(
      'Memory',
      memory.used,
      memory.limit,
      `Memory of everything that runs here: ${gb(memory.used)} of ${gb(memory.limit)} GB.` +
        notHeld(figures, 'memory')
    ),
    {
      name: 'CPU',
      text: `${use} % of ${100 * cpu.limit} %`,
      warn: false,
      detail:
        `Processor time of everything that runs here; one processor is 100 %.` +
        notHeld(figures, 'cpu')
    }
  ];
  if (home.used === null) {
    return found;
  }
  const more = home.complete ? '' : 'more than ';
  const detail = `Your files take ${more}${gb(home.used)} of ${gb(home.limit)} GB.`;
  return [...found, share('Home', home.used, home.limit, detail)];
}

/** The messages that were not told yet. `told` is what `mark` gave for the last one. */
export function untold(figures: Figures, told: string | null): Message[] {
  const [started, number] = told?.split(':') ?? [];
  const last = started === figures.started ? Number(number) : 0;
  return figures.messages.filter(message => message.number > last);
}

/** What to keep, so that a message is told once. */
export function mark(figures: Figures): string {
  return `${figures.started}:${figures.messages.at(-1)?.number ?? 0}`;
}

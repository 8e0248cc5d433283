/** What the API sends, read with care: what is not as expected is left out, never guessed. */
import { isObject, list, number, text, type Json, type JsonObject } from '../catalog/stac.js';

export type Status = 'accepted' | 'running' | 'successful' | 'failed' | 'dismissed';

const STATUSES: readonly string[] = ['accepted', 'running', 'successful', 'failed', 'dismissed'];

/** A run as it stands. Times are moments in milliseconds. */
export interface Run {
  id: string;
  process: string;
  /** The file in the home that was run; null where a process was. */
  path: string | null;
  status: Status;
  message: string;
  progress: number;
  cellsDone: number;
  cellsTotal: number;
  lastLine: string;
  origin: string;
  cpuSeconds: number | null;
  created: number;
  started: number | null;
  finished: number | null;
  expires: number | null;
}

/** A process in the list. */
export interface Process {
  id: string;
  title: string;
  description: string;
  version: string;
  mine: boolean;
}

/** One input or output as its process describes it. */
export interface Described {
  name: string;
  title: string;
  description: string;
  unit: string;
  needed: boolean;
  schema: JsonObject;
}

/** A process, whole, with what a run of it may cost. */
export interface Offer {
  id: string;
  title: string;
  description: string;
  inputs: Described[];
  outputs: Described[];
  profile: string;
  timeLimit: number;
  visibility: string;
  shared: { users: string[]; groups: string[] };
  cost: string;
}

/** What was used of the month. Hours of one processor. */
export interface Usage {
  month: string;
  plan: string;
  allowed: number | null;
  used: number;
  reserved: number;
  interactive: number;
  runs: number;
  spent: boolean;
  sentence: string;
}

/** A process that runs at set times. */
export interface Schedule {
  id: string;
  process: string;
  title: string;
  cron: string;
  zone: string;
  paused: boolean;
  next: number | null;
  lastJob: string;
  told: string;
}

/** A file that a run left. */
export interface RunFile {
  name: string;
  type: string;
  size: number;
}

function moment(value: Json | undefined): number | null {
  const at = Date.parse(text(value));
  return Number.isNaN(at) ? null : at;
}

export const FINAL: readonly Status[] = ['successful', 'failed', 'dismissed'];

export function ended(run: Run): boolean {
  return FINAL.includes(run.status);
}

export function readRun(value: unknown): Run | null {
  if (!isObject(value) || !STATUSES.includes(text(value.status))) {
    return null;
  }
  const ours = isObject(value.polarhub) ? value.polarhub : {};
  return {
    id: text(value.jobID),
    process: text(value.processID),
    path: text(ours.path) || null,
    status: text(value.status) as Status,
    message: text(value.message),
    progress: number(value.progress) ?? 0,
    cellsDone: number(ours.cellsDone) ?? 0,
    cellsTotal: number(ours.cellsTotal) ?? 0,
    lastLine: text(ours.lastLine),
    origin: text(ours.origin),
    cpuSeconds: number(ours.cpuSeconds),
    created: moment(value.created) ?? 0,
    started: moment(value.started),
    finished: moment(value.finished),
    expires: moment(ours.expires)
  };
}

export function readProcess(value: unknown): Process | null {
  if (!isObject(value) || !text(value.id)) {
    return null;
  }
  const id = text(value.id);
  return {
    id,
    title: text(value.title) || id,
    description: text(value.description),
    version: text(value.version),
    mine: value.mutable === true
  };
}

function readAll(value: Json | undefined): Described[] {
  return Object.entries(isObject(value) ? value : {}).flatMap(([name, one]) =>
    isObject(one)
      ? {
          name,
          title: text(one.title) || name,
          description: text(one.description),
          unit: text(one.unit),
          needed: number(one.minOccurs) !== 0,
          schema: isObject(one.schema) ? one.schema : {}
        }
      : []
  );
}

const texts = (value: Json | undefined): string[] =>
  list(value)
    .map(v => text(v))
    .filter(Boolean);

export function readOffer(value: unknown): Offer | null {
  if (!isObject(value) || !isObject(value.description)) {
    return null;
  }
  const said = value.description;
  const shared = isObject(value.shared) ? value.shared : {};
  return {
    id: text(said.id),
    title: text(said.title) || text(said.id),
    description: text(said.description),
    inputs: readAll(said.inputs),
    outputs: readAll(said.outputs),
    profile: text(value.profile),
    timeLimit: number(value.time_limit) ?? 0,
    visibility: text(value.visibility) || 'private',
    shared: { users: texts(shared.users), groups: texts(shared.groups) },
    cost: text(value.cost)
  };
}

export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) {
    return null;
  }
  const hours = (name: string): number => (number(value[name]) ?? 0) / 3600;
  return {
    month: text(value.month),
    plan: text(value.plan),
    allowed: number(value.cpu_hours),
    used: hours('used_seconds'),
    reserved: hours('reserved_seconds'),
    interactive: hours('interactive_seconds'),
    runs: hours('run_seconds'),
    spent: value.spent === true,
    sentence: text(value.sentence)
  };
}

export function readSchedule(value: unknown): Schedule | null {
  if (!isObject(value) || !text(value.id)) {
    return null;
  }
  return {
    id: text(value.id),
    process: text(value.process),
    title: text(value.title),
    cron: text(value.cron),
    zone: text(value.zone),
    paused: value.paused === true,
    next: moment(value.next),
    lastJob: text(value.last_job),
    told: text(value.told)
  };
}

export function readFile(value: unknown): RunFile | null {
  return isObject(value) && text(value.name)
    ? { name: text(value.name), type: text(value.type), size: number(value.size) ?? 0 }
    : null;
}

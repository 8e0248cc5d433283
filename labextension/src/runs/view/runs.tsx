import { useEffect, useState, type ReactElement } from 'react';
import type { Run } from '../documents.js';
import { ended } from '../documents.js';
import { cells, nameOf, STATUS_NAMES, took, when } from '../words.js';
import { useRuns } from './host.js';

/** Now, told anew each second while something runs. */
export function useNow(moving: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = moving
      ? setInterval(() => {
          setNow(Date.now());
        }, 1000)
      : undefined;
    return () => {
      clearInterval(timer);
    };
  }, [moving]);
  return now;
}

const MARKS = { accepted: '◌', running: '▶', successful: '✓', failed: '✗', dismissed: '–' };

export function Badge({ run }: { run: Run }): ReactElement {
  return (
    <span className={`ph-Badge ph-mod-${run.status}`}>
      <span aria-hidden="true">{MARKS[run.status]}</span> {STATUS_NAMES[run.status]}
    </span>
  );
}

/** How far it is; without a known number of cells, that it moves. */
export function Progress({ run, label }: { run: Run; label: string }): ReactElement | null {
  if (ended(run)) {
    return null;
  }
  return run.cellsTotal && run.status === 'running' ? (
    <progress max={run.cellsTotal} value={run.cellsDone} aria-label={label} />
  ) : (
    <progress aria-label={label} />
  );
}

function Row({
  run,
  titles,
  now
}: {
  run: Run;
  titles: Map<string, string>;
  now: number;
}): ReactElement {
  const [, model] = useRuns();
  const name = nameOf(run, titles);
  const said = [when(run.created, now), took(run, now), ended(run) ? '' : cells(run)];
  return (
    <li>
      <button
        type="button"
        className="ph-Run-row"
        onClick={() => {
          model.openRun(run.id);
        }}
      >
        <span className="ph-Run-name">{name}</span>
        <Badge run={run} />
        <span className="ph-Note">{said.filter(Boolean).join(' · ')}</span>
        {run.origin.startsWith('schedule:') && <span className="ph-Note">by a schedule</span>}
      </button>
      <Progress run={run} label={`How far ${name} is`} />
    </li>
  );
}

/** All runs, newest first. */
export function Runs(): ReactElement {
  const [{ runs, processes }, model] = useRuns();
  const now = useNow(runs?.some(run => !ended(run)) ?? false);
  const titles = new Map((processes ?? []).map(one => [one.id, one.title]));
  if (!runs) {
    return <p className="ph-Note">Your runs are coming.</p>;
  }
  if (!runs.length) {
    return (
      <div className="ph-Empty">
        <p>
          Nothing has run yet. A run goes on when you close the browser, and its results are kept
          here.
        </p>
        <button
          type="button"
          className="ph-Button ph-mod-primary"
          onClick={() => void model.show('processes')}
        >
          Choose a processor
        </button>
        <p className="ph-Note">
          Or right-click a notebook among your files and choose Run Headless…
        </p>
      </div>
    );
  }
  return (
    <ul className="ph-Run-list" aria-label="Your runs">
      {runs.map(run => (
        <Row key={run.id} run={run} titles={titles} now={now} />
      ))}
    </ul>
  );
}

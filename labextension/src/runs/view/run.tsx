import { useEffect, useState, type ReactElement } from 'react';
import { isObject } from '../../catalog/stac.js';
import { ended, type Run } from '../documents.js';
import { cells, duration, nameOf, took, when } from '../words.js';
import { useHost, useRuns } from './host.js';
import { Files, Outputs } from './outputs.js';
import { Badge, Progress, useNow } from './runs.js';

function Facts({ run, now }: { run: Run; now: number }): ReactElement {
  const facts: [string, string][] = [
    ['Asked', when(run.created, now)],
    ['Took', took(run, now)],
    ['CPU time', run.cpuSeconds === null ? '' : duration(run.cpuSeconds)],
    ['Kept until', run.expires === null ? '' : when(run.expires, now)]
  ];
  return (
    <dl className="ph-Facts">
      {facts
        .filter(([, said]) => said)
        .map(([name, said]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{said}</dd>
          </div>
        ))}
    </dl>
  );
}

function Log({ run }: { run: Run }): ReactElement {
  const [, model] = useRuns();
  const [open, setOpen] = useState(false);
  const [log, setLog] = useState<string | null>(null);
  const { id, cellsDone, lastLine, status } = run;
  useEffect(() => {
    if (!open) {
      return;
    }
    let gone = false;
    void model.trying(async api => {
      const said = await api.log(id);
      if (!gone) {
        setLog(said);
      }
    });
    return () => {
      gone = true;
    };
  }, [open, model, id, cellsDone, lastLine, status]);
  return (
    <details
      onToggle={event => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>Log</summary>
      {log === null ? (
        <p className="ph-Note">The log is coming.</p>
      ) : (
        <pre className="ph-Log" tabIndex={0} aria-label="What the run printed">
          {log || 'It has printed nothing.'}
        </pre>
      )}
    </details>
  );
}

function Buttons({ run }: { run: Run }): ReactElement {
  const [, model] = useRuns();
  const { openResult, choose, warn } = useHost();
  const [ending, setEnding] = useState(false);
  const again = async (): Promise<void> => {
    if (run.path !== null) {
      await choose('run', run.path);
      return;
    }
    await model.trying(async api => {
      const { inputs } = await api.request(run.id);
      model.openForm({ kind: 'process', process: run.process }, isObject(inputs) ? inputs : {});
    });
  };
  const dismiss = async (): Promise<void> => {
    setEnding(true);
    await model.dismiss(run.id);
    setEnding(false);
  };
  return (
    <div className="ph-RunForm-buttons">
      {!ended(run) && (
        <button
          type="button"
          className="ph-Button"
          aria-disabled={ending}
          onClick={() => void (ending ? undefined : dismiss())}
        >
          {ending ? 'Ending…' : 'Dismiss'}
        </button>
      )}
      {ended(run) && (
        <button
          type="button"
          className="ph-Button"
          onClick={() =>
            void openResult(run).catch((error: unknown) => {
              warn(error instanceof Error ? error.message : String(error));
            })
          }
        >
          Open notebook
        </button>
      )}
      <button type="button" className="ph-Button" onClick={() => void again()}>
        Run again…
      </button>
    </div>
  );
}

/** One run: how far it is, what it said, what it gave. */
export function RunView(): ReactElement {
  const [{ runs, open, processes }] = useRuns();
  const run = runs?.find(one => one.id === open);
  const now = useNow(run ? !ended(run) : false);
  const titles = new Map((processes ?? []).map(one => [one.id, one.title]));
  if (!run) {
    return (
      <div>
        <h3 tabIndex={-1}>Run</h3>
        <p className="ph-Note">The run is coming.</p>
      </div>
    );
  }
  const name = nameOf(run, titles);
  return (
    <div className="ph-RunView">
      <h3 tabIndex={-1}>{name}</h3>
      <div role="status">
        <Badge run={run} /> {!ended(run) && <span className="ph-Note">{cells(run)}</span>}
      </div>
      <Progress run={run} label={`How far ${name} is`} />
      {!ended(run) && run.lastLine && <p className="ph-Run-last">{run.lastLine}</p>}
      {run.message && (
        <p className={run.status === 'failed' ? 'ph-Trouble' : 'ph-Note'}>{run.message}</p>
      )}
      <Buttons run={run} />
      {run.status === 'successful' && <Outputs run={run} />}
      <Facts run={run} now={now} />
      <Log run={run} />
      {ended(run) && <Files run={run} />}
    </div>
  );
}

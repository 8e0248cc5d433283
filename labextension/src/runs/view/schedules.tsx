import { useState, type ReactElement } from 'react';
import { inWords, momentIn } from '../cron.js';
import type { Schedule } from '../documents.js';
import { useRuns } from './host.js';

function Row({ schedule, title }: { schedule: Schedule; title: string }): ReactElement {
  const [, model] = useRuns();
  const [sure, setSure] = useState(false);
  const { id, paused, cron, zone, next, lastJob, told } = schedule;
  const rests = paused ? 'Paused' : next === null ? 'Never again' : `Next: ${momentIn(zone, next)}`;
  return (
    <li className="ph-Schedule">
      <p className="ph-Run-name">{schedule.title || title}</p>
      <p>
        Runs {inWords(cron)}, {zone}
      </p>
      <p className="ph-Note">{rests}</p>
      {told && <p className="ph-Trouble">{told}</p>}
      <div className="ph-RunForm-buttons">
        <button
          type="button"
          className="ph-Button ph-mod-small"
          aria-label={`${paused ? 'Go on with' : 'Pause'} ${schedule.title || title}`}
          onClick={() => void model.pauseSchedule(id, !paused)}
        >
          {paused ? 'Go on' : 'Pause'}
        </button>
        {lastJob && (
          <button
            type="button"
            className="ph-Button ph-mod-small"
            onClick={() => {
              model.openRun(lastJob);
            }}
          >
            Last run
          </button>
        )}
        <button
          type="button"
          className="ph-Button ph-mod-small"
          onBlur={() => {
            setSure(false);
          }}
          onClick={() => {
            if (sure) {
              void model.removeSchedule(id);
            } else {
              setSure(true);
            }
          }}
        >
          {sure ? 'Delete for good' : 'Delete'}
        </button>
      </div>
    </li>
  );
}

/** What runs by itself. */
export function Schedules(): ReactElement {
  const [{ schedules, processes }, model] = useRuns();
  const titles = new Map((processes ?? []).map(one => [one.id, one.title]));
  if (!schedules) {
    return <p className="ph-Note">Your schedules are coming.</p>;
  }
  if (!schedules.length) {
    return (
      <div className="ph-Empty">
        <p>Nothing runs by itself yet. Choose a processor, fill in its form, then Schedule…</p>
        <button
          type="button"
          className="ph-Button ph-mod-primary"
          onClick={() => void model.show('processes')}
        >
          Choose a processor
        </button>
      </div>
    );
  }
  return (
    <ul className="ph-Run-list" aria-label="Schedules">
      {schedules.map(schedule => (
        <Row
          key={schedule.id}
          schedule={schedule}
          title={titles.get(schedule.process) ?? schedule.process}
        />
      ))}
    </ul>
  );
}

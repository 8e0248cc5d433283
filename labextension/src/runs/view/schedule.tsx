import { useEffect, useId, useState, type ReactElement } from 'react';
import { cronOf, FIRST_RHYTHM, inWords, momentIn, ownZone, zones, type Rhythm } from '../cron.js';
import { sentence, type FormModel } from '../form.js';
import { useHost, useRuns, useStore } from './host.js';

const EVERY = { hour: 'hour', day: 'day', week: 'week', month: 'month', own: 'as cron has it' };
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

interface Next {
  times: number[];
  trouble: string;
}

/** The next three times, told by the hub that will keep them. */
function useNext(cron: string, zone: string): Next | null {
  const [, model] = useRuns();
  const [next, setNext] = useState<Next | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(() => {
      model.api
        ?.times(cron, zone, asking.signal)
        .then(times => {
          setNext({ times, trouble: '' });
        })
        .catch((error: unknown) => {
          if (!asking.signal.aborted) {
            setNext({ times: [], trouble: sentence(error) });
          }
        });
    }, 300);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [model, cron, zone]);
  return next;
}

/** When it runs: in words, with the next three times. */
export function ScheduleForm({ form }: { form: FormModel }): ReactElement {
  const { wrong, sending } = useStore(form);
  const [, model] = useRuns();
  const { tell } = useHost();
  const id = useId();
  const [rhythm, setRhythm] = useState<Rhythm>(FIRST_RHYTHM);
  const [zone, setZone] = useState(ownZone);
  const cron = cronOf(rhythm);
  const next = useNext(cron, zone);
  const change = (part: Partial<Rhythm>): void => {
    setRhythm({ ...rhythm, ...part });
  };
  const send = async (): Promise<void> => {
    const made = await form.schedule(cron, zone);
    if (made) {
      tell(`It runs ${inWords(cron)} (${zone}).`);
      await model.show('schedules');
    }
  };
  const { every } = rhythm;
  return (
    <fieldset className="ph-ScheduleForm">
      <legend>Run it again and again</legend>
      <label className="ph-Field">
        <span>Every</span>
        <select
          className="ph-Input"
          value={every}
          onChange={event => {
            const chosen = event.target.value as Rhythm['every'];
            change({ every: chosen, cron: cronOf(rhythm) });
          }}
        >
          {Object.entries(EVERY).map(([value, said]) => (
            <option key={value} value={value}>
              {said}
            </option>
          ))}
        </select>
      </label>
      {every === 'week' && (
        <label className="ph-Field">
          <span>On</span>
          <select
            className="ph-Input"
            value={rhythm.weekday}
            onChange={event => {
              change({ weekday: Number(event.target.value) });
            }}
          >
            {[1, 2, 3, 4, 5, 6, 0].map(day => (
              <option key={day} value={day}>
                {WEEKDAYS[day]}
              </option>
            ))}
          </select>
        </label>
      )}
      {every === 'month' && (
        <label className="ph-Field">
          <span>On day</span>
          <input
            className="ph-Input"
            type="number"
            min={1}
            max={31}
            value={rhythm.day}
            onChange={event => {
              change({ day: Number(event.target.value) });
            }}
          />
        </label>
      )}
      {every === 'own' ? (
        <label className="ph-Field">
          <span>Minute, hour, day of month, month, day of week</span>
          <input
            className="ph-Input"
            value={rhythm.cron}
            aria-invalid={Boolean(next?.trouble)}
            aria-describedby={`${id}-next`}
            spellCheck={false}
            onChange={event => {
              change({ cron: event.target.value });
            }}
          />
        </label>
      ) : (
        <label className="ph-Field">
          <span>{every === 'hour' ? 'At (the minutes count)' : 'At'}</span>
          <input
            className="ph-Input"
            type="time"
            value={rhythm.at}
            onChange={event => {
              if (event.target.value) {
                change({ at: event.target.value });
              }
            }}
          />
        </label>
      )}
      <label className="ph-Field">
        <span>Time zone</span>
        <select
          className="ph-Input"
          value={zone}
          onChange={event => {
            setZone(event.target.value);
          }}
        >
          {[...new Set([zone, ...zones()])].map(one => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <div id={`${id}-next`} role="status">
        <p>It runs {inWords(cron)}.</p>
        {next?.trouble && <p className="ph-Trouble">{next.trouble}</p>}
        {next && next.times.length > 0 && (
          <>
            <p className="ph-Note">Next times:</p>
            <ol className="ph-Next" aria-label="Next times">
              {next.times.map(at => (
                <li key={at}>{momentIn(zone, at)}</li>
              ))}
            </ol>
          </>
        )}
      </div>
      {(wrong.cron ?? wrong.zone) && <p className="ph-Trouble">{wrong.cron ?? wrong.zone}</p>}
      <button
        type="button"
        className="ph-Button ph-mod-primary"
        aria-disabled={sending}
        onClick={() => void send()}
      >
        Schedule it
      </button>
    </fieldset>
  );
}

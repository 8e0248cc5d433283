import type { ReactElement } from 'react';
import { troubleWithDates } from '../query.js';
import { useCatalog } from './host.js';

const DAY = 86_400_000;

/** A day so many days before today, UTC. */
function before(days: number): string {
  return new Date(Date.now() - days * DAY).toISOString().slice(0, 10);
}

const PERIODS: [string, () => [string, string]][] = [
  ['Any time', () => ['', '']],
  ['Last 7 days', () => [before(7), '']],
  ['Last 30 days', () => [before(30), '']],
  ['Last 12 months', () => [before(365), '']],
  ['This year', () => [`${before(0).slice(0, 4)}-01-01`, '']],
  ['Satellite era, since 1978', () => ['1978-10-25', '']]
];

/** The period in a line. */
export function saidWhen(from: string, to: string): string {
  if (!from && !to) {
    return 'any time';
  }
  return from && to ? `${from} to ${to}` : from ? `since ${from}` : `until ${to}`;
}

export function When(): ReactElement {
  const [{ question }, model] = useCatalog();
  const { from, to } = question;
  const trouble = troubleWithDates(from, to);
  const period = PERIODS.findIndex(([, days]) => days().join() === [from, to].join());
  return (
    <div className="ph-When">
      <label className="ph-When-period">
        <span>Period</span>
        <select
          className="ph-Input"
          value={period}
          onChange={event => {
            const [start = '', end = ''] = PERIODS[Number(event.target.value)]?.[1]() ?? [];
            model.ask({ from: start, to: end });
          }}
        >
          {period < 0 && <option value={-1}>Days of my own</option>}
          {PERIODS.map(([name], i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>From</span>
        <input
          className="ph-Input"
          type="date"
          value={from}
          onChange={event => {
            model.ask({ from: event.target.value });
          }}
        />
      </label>
      <label>
        <span>To</span>
        <input
          className="ph-Input"
          type="date"
          value={to}
          onChange={event => {
            model.ask({ to: event.target.value });
          }}
        />
      </label>
      <p className="ph-Note">Days are in UTC; both are searched.</p>
      {trouble && (
        <p className="ph-Trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

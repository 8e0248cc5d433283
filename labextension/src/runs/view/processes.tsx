import { useState, type ReactElement } from 'react';
import type { Process } from '../documents.js';
import { useHost, useRuns } from './host.js';

function Row({ process }: { process: Process }): ReactElement {
  const [, model] = useRuns();
  const by = process.id.includes(':') ? (process.id.split(':')[0] ?? '') : '';
  const whose = process.mine ? 'yours' : by ? `by ${by}` : 'of this hub';
  return (
    <li>
      <button
        type="button"
        className="ph-Run-row"
        onClick={() => {
          model.openForm({ kind: 'process', process: process.id });
        }}
      >
        <span className="ph-Run-name">{process.title}</span>
        <span className="ph-Note">{whose}</span>
        {process.description && <span className="ph-Note ph-Run-about">{process.description}</span>}
      </button>
    </li>
  );
}

/** What can be run: one's own first, then what is shared. */
export function Processes(): ReactElement {
  const [{ processes }] = useRuns();
  const { choose, notebook } = useHost();
  const [find, setFind] = useState('');
  if (!processes) {
    return <p className="ph-Note">The processors are coming.</p>;
  }
  const words = find.trim().toLowerCase();
  const found = processes
    .filter(p => `${p.title} ${p.id} ${p.description}`.toLowerCase().includes(words))
    .sort((a, b) => Number(b.mine) - Number(a.mine) || a.title.localeCompare(b.title));
  const open = notebook();
  return (
    <>
      {processes.length > 6 && (
        <label className="ph-Field">
          <span>Find a processor</span>
          <input
            className="ph-Input"
            type="search"
            value={find}
            onChange={event => {
              setFind(event.target.value);
            }}
          />
        </label>
      )}
      <ul className="ph-Run-list" aria-label="Processors">
        {found.map(process => (
          <Row key={process.id} process={process} />
        ))}
      </ul>
      {!found.length && <p>No processor has these words. Find with fewer of them.</p>}
      {!processes.some(p => p.mine) && (
        <p className="ph-Note">
          None of these is yours yet. Any notebook becomes one: right-click it among your files and
          choose Publish as Processor…
        </p>
      )}
      {open && (
        <button type="button" className="ph-Button" onClick={() => void choose('publish', open)}>
          Publish {open.split('/').at(-1)}…
        </button>
      )}
    </>
  );
}

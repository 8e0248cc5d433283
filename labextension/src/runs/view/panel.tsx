import '../../../style/catalog.css';
import '../../../style/runs.css';
import { useEffect, useRef, type ReactElement } from 'react';
import type { View } from '../model.js';
import { usageParts, usageSaid } from '../words.js';
import { FormView } from './form.js';
import { HostProvider, useRuns, type Host } from './host.js';
import { Processes } from './processes.js';
import { Publish } from './publish.js';
import { RunView } from './run.js';
import { Runs } from './runs.js';
import { Schedules } from './schedules.js';

const LISTS = [
  ['runs', 'Runs'],
  ['processes', 'Processors'],
  ['schedules', 'Schedules']
] as const;

const BACK: Partial<Record<View, 'runs' | 'processes'>> = {
  run: 'runs',
  form: 'processes',
  publish: 'processes'
};

function Month(): ReactElement | null {
  const [{ usage }] = useRuns();
  if (!usage) {
    return null;
  }
  const full = usage.allowed ? Math.min(1, (usage.used + usage.reserved) / usage.allowed) : null;
  return (
    <div className="ph-Month">
      <p title={usageParts(usage)}>{usageSaid(usage)}</p>
      {full !== null && (
        <meter min={0} max={1} high={0.9} value={full} aria-label={usageSaid(usage)} />
      )}
      {usage.spent && <p className="ph-Trouble">{usage.sentence}</p>}
      <details>
        <summary>What for</summary>
        <p className="ph-Note">{usageParts(usage)}</p>
      </details>
    </div>
  );
}

function Head(): ReactElement {
  const [{ view }, model] = useRuns();
  const list = BACK[view] ?? view;
  return (
    <nav className="ph-Runs-lists" aria-label="Lists of the panel">
      {LISTS.map(([id, title]) => (
        <button
          key={id}
          type="button"
          className="ph-Button"
          aria-current={id === list ? 'page' : undefined}
          onClick={() => void model.show(id)}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}

function Body(): ReactElement | null {
  const [state] = useRuns();
  switch (state.view) {
    case 'runs':
      return <Runs />;
    case 'processes':
      return <Processes />;
    case 'schedules':
      return <Schedules />;
    case 'run':
      return <RunView key={state.open} />;
    case 'form':
      return state.form && <FormView key={state.form.key} form={state.form} />;
    case 'publish':
      return state.publish && <Publish key={state.publish.draft.path} publish={state.publish} />;
  }
}

function Panel(): ReactElement {
  const [{ view, open, form, publish, trouble }, model] = useRuns();
  const body = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  const shown = `${view} ${open ?? ''} ${form?.key ?? ''} ${publish?.draft.path ?? ''}`;
  useEffect(() => {
    if (!first.current && ['run', 'form', 'publish'].includes(view)) {
      body.current?.querySelector('h3')?.focus();
    }
    first.current = false;
  }, [shown, view]);
  useEffect(() => {
    void model.refresh();
  }, [model]);
  if (!model.api) {
    return (
      <p>
        This JupyterLab was not started by a hub, so there is nothing to run on. Start your server
        from the hub&rsquo;s page.
      </p>
    );
  }
  return (
    <>
      <Month />
      <Head />
      {trouble && (
        <div className="ph-Trouble" role="alert">
          <p>{trouble}</p>
          <button
            type="button"
            className="ph-Button ph-mod-small"
            onClick={() => {
              model.set({ trouble: null });
              void model.refresh();
            }}
          >
            Try again
          </button>
        </div>
      )}
      <div ref={body} className="ph-Runs-body">
        <Body />
      </div>
    </>
  );
}

/** The whole panel. */
export default function RunsPanel({ host }: { host: Host }): ReactElement {
  return (
    <HostProvider value={host}>
      <div className="ph-Catalog ph-Runs">
        <div className="ph-Catalog-body">
          <Panel />
        </div>
      </div>
    </HostProvider>
  );
}

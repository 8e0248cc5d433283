import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { FormModel } from '../form.js';
import { FieldView } from './field.js';
import { useHost, useRuns, useStore } from './host.js';
import { ScheduleForm } from './schedule.js';

/** What a processor or notebook is given, what it costs, and the button that runs it. */
export function FormView({ form }: { form: FormModel }): ReactElement {
  const state = useStore(form);
  const [, model] = useRuns();
  const { choose } = useHost();
  const [scheduling, setScheduling] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const { offer, fields, draft, wrong, sending, tries } = state;
  const { source } = form;
  useEffect(() => {
    if (tries) {
      element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    }
  }, [tries]);
  const about = (
    <>
      <h3 tabIndex={-1}>{source.kind === 'file' ? source.path.split('/').at(-1) : offer?.title}</h3>
      {wrong[''] && (
        <p className="ph-Trouble" role="alert">
          {wrong['']}
        </p>
      )}
    </>
  );
  if (!offer) {
    return (
      <div className="ph-RunForm">
        {about}
        {wrong[''] ? (
          <button type="button" className="ph-Button" onClick={() => void form.load()}>
            Try again
          </button>
        ) : (
          <p className="ph-Note">The form is coming.</p>
        )}
      </div>
    );
  }
  return (
    <form
      ref={element}
      className="ph-RunForm"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void model.send();
      }}
    >
      {about}
      {source.kind === 'process' && offer.description && <p>{offer.description}</p>}
      {fields.map(field => (
        <FieldView
          key={field.name}
          field={field}
          draft={draft}
          wrong={wrong[field.name]}
          type={change => {
            form.type(change);
          }}
          refuse={sentence => {
            form.set({ wrong: { ...wrong, [field.name]: sentence } });
          }}
        />
      ))}
      {!fields.length && (
        <p className="ph-Note">
          {source.kind === 'file'
            ? 'It runs as it is. To ask for inputs here, tag a cell with “parameters” that gives them values.'
            : 'It takes no inputs.'}
        </p>
      )}
      <p className="ph-Note">{offer.cost}</p>
      <div className="ph-RunForm-buttons">
        <button type="submit" className="ph-Button ph-mod-primary" aria-disabled={sending}>
          {sending ? 'Sending…' : 'Run'}
        </button>
        {source.kind === 'process' ? (
          <button
            type="button"
            className="ph-Button"
            aria-expanded={scheduling}
            onClick={() => {
              setScheduling(!scheduling);
            }}
          >
            Schedule…
          </button>
        ) : (
          <button
            type="button"
            className="ph-Button"
            onClick={() => void choose('publish', source.path)}
          >
            Publish as processor…
          </button>
        )}
        {fields.length > 0 && (
          <button
            type="button"
            className="ph-Button ph-mod-quiet"
            onClick={() => {
              form.clear();
            }}
          >
            Defaults
          </button>
        )}
      </div>
      {scheduling && <ScheduleForm form={form} />}
    </form>
  );
}

import { useId, type ReactElement } from 'react';
import { fieldOf } from '../fields.js';
import type { PublishModel } from '../publish.js';
import { useHost, useRuns, useStore } from './host.js';

const VISIBLE = {
  private: 'only me',
  shared: 'people and groups that I name',
  public: 'everybody on this hub'
};

function Text(props: {
  publish: PublishModel;
  name: 'title' | 'slug' | 'users' | 'groups';
  label: string;
  note?: string;
  wrong: string | undefined;
}): ReactElement {
  const { publish, name, label, note, wrong } = props;
  const id = useId();
  const state = useStore(publish);
  return (
    <div className="ph-Field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="ph-Input"
        value={state[name]}
        spellCheck={name === 'title'}
        aria-invalid={Boolean(wrong)}
        aria-describedby={note || wrong ? `${id}-note` : undefined}
        onChange={event => {
          publish.type({ [name]: event.target.value });
        }}
      />
      <p id={`${id}-note`} className={wrong ? 'ph-Trouble' : 'ph-Note'}>
        {wrong ?? note}
      </p>
    </div>
  );
}

function Inputs({ publish }: { publish: PublishModel }): ReactElement | null {
  const { offer } = useStore(publish);
  if (!offer) {
    return null;
  }
  return (
    <div>
      <p>Its inputs{publish.draft.definition ? ', from processor.json' : ''}:</p>
      {offer.inputs.length ? (
        <ul className="ph-Inputs" aria-label="Inputs">
          {offer.inputs.map(fieldOf).map(field => (
            <li key={field.name}>
              <code>{field.name}</code>{' '}
              <span className="ph-Note">
                {[field.kind === 'flag' ? 'yes or no' : field.kind, field.hint]
                  .filter(Boolean)
                  .join(', ')}
                {field.first[field.name] ? `; at first ${field.first[field.name] ?? ''}` : ''}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="ph-Note">
          None. Tag a cell with “parameters” that gives them values, save, and publish again.
        </p>
      )}
    </div>
  );
}

/** A notebook becomes a processor: what it is called, who may run it, what it takes. */
export function Publish({ publish }: { publish: PublishModel }): ReactElement {
  const state = useStore(publish);
  const [{ processes }, model] = useRuns();
  const { tell } = useHost();
  const { wrong, sending, done, visibility } = state;
  const known = processes?.find(one => one.id === publish.process);
  const send = async (): Promise<void> => {
    const made = await publish.send();
    if (made) {
      model.forget(made.id);
      tell(`${state.title} is published.`);
      await model.refresh();
    }
  };
  return (
    <form
      className="ph-RunForm"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <h3 tabIndex={-1}>Publish {publish.draft.path.split('/').at(-1)}</h3>
      {wrong[''] && (
        <p className="ph-Trouble" role="alert">
          {wrong['']}
        </p>
      )}
      <Text publish={publish} name="title" label="Title" wrong={wrong.title} />
      <Text
        publish={publish}
        name="slug"
        label="Name in addresses"
        note={`Programs know it as ${publish.process}`}
        wrong={wrong.slug}
      />
      <label className="ph-Field">
        <span>Who may see and run it</span>
        <select
          className="ph-Input"
          value={visibility}
          onChange={event => {
            publish.type({ visibility: event.target.value });
          }}
        >
          {Object.entries(VISIBLE).map(([value, said]) => (
            <option key={value} value={value}>
              {said}
            </option>
          ))}
        </select>
      </label>
      {visibility === 'shared' && (
        <>
          <Text
            publish={publish}
            name="users"
            label="People"
            note="Names, separated by commas."
            wrong={wrong.shared}
          />
          <Text
            publish={publish}
            name="groups"
            label="Groups"
            note="Names, separated by commas."
            wrong={undefined}
          />
        </>
      )}
      <Inputs publish={publish} />
      <div className="ph-RunForm-buttons">
        <button type="submit" className="ph-Button ph-mod-primary" aria-disabled={sending}>
          {sending ? 'Sending…' : known ? 'Publish the new version' : 'Publish'}
        </button>
      </div>
      {done && (
        <div className="ph-Empty" role="status">
          <p>It is published as {done.id}.</p>
          <button
            type="button"
            className="ph-Button"
            onClick={() => {
              model.openForm({ kind: 'process', process: done.id });
            }}
          >
            Run it…
          </button>
        </div>
      )}
    </form>
  );
}

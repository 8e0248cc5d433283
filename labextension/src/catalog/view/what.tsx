import { useId, useState, type ReactElement } from 'react';
import type { Field } from '../fields.js';
import type { Condition } from '../query.js';
import { EMBEDDED, type Collection, type Json } from '../stac.js';
import { counted, span, valueOf } from '../words.js';
import { useCatalog } from './host.js';

/** Collections by the catalog they are in; what is on this hub comes first. */
function grouped(collections: readonly Collection[]): [string, Collection[]][] {
  const groups = new Map<string, Collection[]>();
  for (const collection of collections) {
    groups.set(collection.source, [...(groups.get(collection.source) ?? []), collection]);
  }
  return [...groups].sort(([a], [b]) => Number(b === EMBEDDED) - Number(a === EMBEDDED));
}

function groupTitle(source: string, members: readonly Collection[]): string {
  return source === EMBEDDED ? 'On this hub' : (members[0]?.providers.at(-1) ?? source);
}

function matches(collection: Collection, words: string): boolean {
  const said = `${collection.id} ${collection.title} ${collection.description} ${collection.providers.join(' ')}`;
  return words
    .toLowerCase()
    .split(/\s+/)
    .every(word => said.toLowerCase().includes(word));
}

function CollectionRow({ collection }: { collection: Collection }): ReactElement {
  const [{ question }, model] = useCatalog();
  const [more, setMore] = useState(false);
  const id = useId();
  const chosen = question.collections.includes(collection.id);
  const toggle = (): void => {
    const others = question.collections.filter(c => c !== collection.id);
    model.choose(chosen ? others : [...others, collection.id]);
  };
  return (
    <li className="ph-Collection">
      <div className="ph-Collection-line">
        <label>
          <input type="checkbox" checked={chosen} onChange={toggle} />
          <span>{collection.title}</span>
        </label>
        <button
          type="button"
          className="ph-Button ph-mod-quiet ph-mod-small"
          aria-expanded={more}
          aria-controls={id}
          aria-label={`About ${collection.title}`}
          onClick={() => {
            setMore(!more);
          }}
        >
          About
        </button>
      </div>
      {more && (
        <div id={id} className="ph-Collection-about">
          <p>{collection.description || 'The catalog says no more about it.'}</p>
          <p className="ph-Note">
            {[
              span(collection.interval),
              collection.license && `licence ${collection.license}`,
              collection.access
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
      )}
    </li>
  );
}

/** What is chosen, in a line. */
export function saidWhat(
  chosen: readonly string[],
  collections: readonly Collection[] | null
): string {
  const [only] = chosen;
  if (only === undefined) {
    return 'all collections';
  }
  const title = collections?.find(c => c.id === only)?.title ?? only;
  return chosen.length === 1 ? title : counted(chosen.length, 'collection');
}

export function Collections(): ReactElement {
  const [{ collections, collectionsTrouble, question }, model] = useCatalog();
  const [words, setWords] = useState('');
  if (collectionsTrouble) {
    return (
      <div className="ph-Trouble" role="alert">
        {collectionsTrouble}{' '}
        <button type="button" className="ph-Button" onClick={() => void model.load()}>
          Try again
        </button>
      </div>
    );
  }
  if (!collections) {
    return <p className="ph-Note">The list of collections is coming.</p>;
  }
  const shown = collections.filter(c => matches(c, words.trim()));
  return (
    <div className="ph-Collections">
      <div className="ph-Collections-find">
        <input
          className="ph-Input"
          type="search"
          placeholder={`Find in ${counted(collections.length, 'collection')}`}
          aria-label="Find a collection"
          value={words}
          onChange={event => {
            setWords(event.target.value);
          }}
        />
        {question.collections.length > 0 && (
          <button
            type="button"
            className="ph-Button ph-mod-quiet"
            onClick={() => {
              model.choose([]);
            }}
          >
            Choose none
          </button>
        )}
      </div>
      {shown.length === 0 && (
        <p className="ph-Note">
          No collection has these words.{' '}
          <button
            type="button"
            className="ph-Button"
            onClick={() => {
              setWords('');
            }}
          >
            Show all
          </button>
        </p>
      )}
      <div className="ph-Collections-list" tabIndex={0} role="group" aria-label="Collections">
        {grouped(shown).map(([source, members]) => (
          <section key={source} aria-label={groupTitle(source, members)}>
            <h4>{groupTitle(source, members)}</h4>
            <ul>
              {members.map(collection => (
                <CollectionRow key={collection.id} collection={collection} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {question.collections.length === 0 && (
        <p className="ph-Note">None is chosen, so all are searched.</p>
      )}
    </div>
  );
}

function valueIn(line: string): number | null {
  const n = Number(line.replace(',', '.'));
  return line.trim() && Number.isFinite(n) ? n : null;
}

function RangeField({
  field,
  condition
}: {
  field: Field;
  condition: Condition | undefined;
}): ReactElement {
  const [, model] = useCatalog();
  const now = condition?.kind === 'range' ? condition : { from: null, to: null };
  const end = (which: 'from' | 'to', word: string): ReactElement => (
    <label>
      <span>{word}</span>
      <input
        className="ph-Input"
        type="number"
        step="any"
        placeholder={field[which] === null ? '' : String(field[which])}
        value={now[which] ?? ''}
        onChange={event => {
          const next = { from: now.from, to: now.to, [which]: valueIn(event.target.value) };
          const asks = next.from !== null || next.to !== null;
          model.narrow(field.name, asks ? { property: field.name, kind: 'range', ...next } : null);
        }}
      />
    </label>
  );
  return (
    <fieldset className="ph-Field">
      <legend>{field.title}</legend>
      {end('from', 'at least')}
      {end('to', 'at most')}
    </fieldset>
  );
}

function ChoiceField({
  field,
  condition
}: {
  field: Field;
  condition: Condition | undefined;
}): ReactElement {
  const [, model] = useCatalog();
  const now: Json[] = condition?.kind === 'oneOf' ? condition.values : [];
  return (
    <fieldset className="ph-Field ph-mod-choice">
      <legend>{field.title}</legend>
      {field.values.map(value => (
        <label key={valueOf(value)}>
          <input
            type="checkbox"
            checked={now.includes(value)}
            onChange={event => {
              const others = now.filter(v => v !== value);
              const values = event.target.checked ? [...others, value] : others;
              model.narrow(
                field.name,
                values.length ? { property: field.name, kind: 'oneOf', values } : null
              );
            }}
          />
          <span>{valueOf(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function TextField({
  field,
  condition
}: {
  field: Field;
  condition: Condition | undefined;
}): ReactElement {
  const [, model] = useCatalog();
  return (
    <fieldset className="ph-Field">
      <legend>{field.title}</legend>
      <label>
        <span>contains</span>
        <input
          className="ph-Input"
          value={condition?.kind === 'contains' ? condition.text : ''}
          onChange={event => {
            const line = event.target.value;
            model.narrow(
              field.name,
              line ? { property: field.name, kind: 'contains', text: line } : null
            );
          }}
        />
      </label>
    </fieldset>
  );
}

const FIELDS = { range: RangeField, oneOf: ChoiceField, contains: TextField };

/** Conditions on what the chosen collections can be narrowed by. */
export function Fields(): ReactElement {
  const [{ fields, question }] = useCatalog();
  if (question.collections.length === 0) {
    return <p className="ph-Note">Choose a collection to narrow by its properties.</p>;
  }
  if (!fields) {
    return <p className="ph-Note">The properties are coming.</p>;
  }
  if (fields.length === 0) {
    return <p className="ph-Note">The chosen collections name no properties to narrow by.</p>;
  }
  return (
    <div className="ph-Fields">
      {fields.map(field => {
        const Part = FIELDS[field.kind];
        const condition = question.conditions.find(c => c.property === field.name);
        return <Part key={field.name} field={field} condition={condition} />;
      })}
    </div>
  );
}

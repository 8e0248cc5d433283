import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import { searchCode } from '../code/search.js';
import { titleOf, type Item, type SourceReport } from '../stac.js';
import { counted, progress, said, when } from '../words.js';
import { Details } from './details.js';
import { useCatalog, useHost } from './host.js';

const MARKS: Record<string, string> = { ok: '✓', asked: '…' };

function SourceList({ sources }: { sources: readonly SourceReport[] }): ReactElement {
  return (
    <ul className="ph-Sources">
      {sources.map(source => (
        <li key={source.id} className={MARKS[source.state] ? '' : 'ph-mod-trouble'}>
          <span aria-hidden="true">{MARKS[source.state] ?? '!'}</span>
          <span>
            <b>{source.title}</b>
            {MARKS[source.state] ? ': ' : ' '}
            {said(source)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Sources in one line that opens. */
function FoldedSources({
  sources,
  word
}: {
  sources: readonly SourceReport[];
  word: string;
}): ReactElement | null {
  return sources.length === 0 ? null : (
    <details className="ph-Disclosure ph-mod-sources">
      <summary>
        {counted(sources.length, 'catalog')} {word}
      </summary>
      <SourceList sources={sources} />
    </details>
  );
}

const FEW = 2;

/** All sources while they are asked; then what went wrong, and the others when one wants to know. */
function Sources(): ReactElement | null {
  const [{ sources, phase }] = useCatalog();
  if (sources.length === 0 || phase === 'searching') {
    return <SourceList sources={sources} />;
  }
  const answered = sources.filter(s => s.state === 'ok');
  const silent = sources.filter(s => s.state !== 'ok');
  return (
    <>
      {silent.length > FEW ? (
        <FoldedSources sources={silent} word="did not answer rightly" />
      ) : (
        <SourceList sources={silent} />
      )}
      <FoldedSources sources={answered} word="answered" />
    </>
  );
}

/** How the search stands, told to screen readers too. */
function Progress(): ReactElement {
  const [{ phase, sources, items, trouble, next }, model] = useCatalog();
  const searching = phase === 'searching';
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!searching) {
      return;
    }
    const timer = setInterval(() => {
      setSeconds(s => s + 1);
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [searching]);
  const answered = sources.filter(s => s.state !== 'asked').length;
  return (
    <div className="ph-Progress">
      <div className="ph-Progress-line">
        <span role="status" aria-live="polite">
          {phase === 'idle' ? '' : progress(sources, items.length, searching, next !== null)}
        </span>
        {searching && seconds > 2 && <span aria-hidden="true">{seconds} s</span>}
        {searching && (
          <button
            type="button"
            className="ph-Button"
            onClick={() => {
              model.stop();
            }}
          >
            Stop
          </button>
        )}
      </div>
      {searching && (
        <progress
          aria-label="Catalogs that answered"
          {...(sources.length ? { max: sources.length, value: answered } : {})}
        />
      )}
      {trouble && (
        <p className="ph-Trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

function Row({ item, reachable }: { item: Item; reachable: boolean }): ReactElement {
  const [{ open, pointed, collections }, model] = useCatalog();
  const row = useRef<HTMLLIElement>(null);
  const id = useId();
  const isOpen = open === item.key;
  const collection = collections?.find(c => c.id === item.collection)?.title ?? item.collection;
  // Many titles begin with the collection's: once is enough.
  const named = titleOf(item).startsWith(collection) ? '' : collection;
  useEffect(() => {
    if (isOpen) {
      row.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [isOpen]);
  const point = (): void => {
    if (model.get().pointed !== item.key) {
      model.set({ pointed: item.key });
    }
  };
  return (
    <li
      ref={row}
      className={`ph-Row${pointed === item.key ? ' ph-mod-pointed' : ''}${isOpen ? ' ph-mod-open' : ''}`}
      onPointerEnter={point}
      onPointerLeave={() => {
        model.set({ pointed: null });
      }}
    >
      <button
        type="button"
        className="ph-Row-head"
        data-key={item.key}
        tabIndex={reachable ? 0 : -1}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onFocus={point}
        onClick={() => {
          model.openItem(isOpen ? null : item.key);
        }}
      >
        <span className="ph-Row-title">{titleOf(item)}</span>
        <span className="ph-Row-about">{[when(item), named].filter(Boolean).join(' · ')}</span>
      </button>
      {isOpen && <Details item={item} id={id} />}
    </li>
  );
}

const STEPS: Record<string, (i: number, n: number) => number> = {
  ArrowDown: (i, n) => Math.min(i + 1, n - 1),
  ArrowUp: i => Math.max(i - 1, 0),
  Home: () => 0,
  End: (_, n) => n - 1
};

function List(): ReactElement {
  const [{ items, open, pointed }] = useCatalog();
  const list = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState('');
  const move = (event: React.KeyboardEvent): void => {
    const heads = [...(list.current?.querySelectorAll<HTMLElement>('.ph-Row-head') ?? [])];
    const now = heads.findIndex(head => head === event.target);
    const step = STEPS[event.key];
    if (step && now >= 0) {
      event.preventDefault();
      heads[step(now, heads.length)]?.focus();
    }
  };
  const reach = [at, open, pointed].find(key => items.some(i => i.key === key)) ?? items[0]?.key;
  return (
    <ul
      ref={list}
      className="ph-List"
      aria-label="Items found"
      onKeyDown={move}
      onFocus={event => {
        const key = event.target.dataset.key;
        if (key) {
          setAt(key);
        }
      }}
    >
      {items.map(item => (
        <Row key={item.key} item={item} reachable={item.key === reach} />
      ))}
    </ul>
  );
}

/** Nothing found: what to change, with the button that does it. */
function Nothing(): ReactElement {
  const [{ asked }, model] = useCatalog();
  const again = (change: Parameters<typeof model.ask>[0]): void => {
    model.ask(change);
    void model.search();
  };
  const ways: [string, boolean, Parameters<typeof model.ask>[0]][] = [
    ['Search without conditions', Boolean(asked?.conditions.length), { conditions: [] }],
    ['Search any time', asked !== null && asked.from + asked.to !== '', { from: '', to: '' }],
    [
      'Search all collections',
      Boolean(asked?.collections.length),
      { collections: [], conditions: [] }
    ],
    ['Search everywhere', Boolean(asked?.area), { area: null }]
  ];
  const [way] = ways.filter(([, can]) => can);
  return (
    <div className="ph-Empty">
      <p>Nothing in these catalogs matches.</p>
      {way && (
        <button
          type="button"
          className="ph-Button"
          onClick={() => {
            again(way[2]);
          }}
        >
          {way[0]}
        </button>
      )}
    </div>
  );
}

export function Results(): ReactElement {
  const [state, model] = useCatalog();
  const host = useHost();
  const { phase, items, asked, next, trouble } = state;
  if (phase === 'idle') {
    return (
      <section className="ph-Results" aria-label="Results">
        <Progress />
        <div className="ph-Empty">
          <p>Choose an area, a time or a collection, or search everything.</p>
        </div>
      </section>
    );
  }
  return (
    <section className="ph-Results" aria-label="Results" aria-busy={phase === 'searching'}>
      <Progress />
      <div className="ph-Results-tools">
        <Sources />
        {asked && model.api && (
          <button
            type="button"
            className="ph-Button ph-mod-small"
            onClick={() => {
              host.copy(searchCode(asked, model.api?.address ?? ''));
              host.tell('The search is on the clipboard, as code for pystac-client.');
            }}
          >
            Copy as pystac-client code
          </button>
        )}
      </div>
      <List />
      {phase === 'done' && items.length === 0 && !trouble && <Nothing />}
      {next && phase === 'done' && (
        <button type="button" className="ph-Button ph-mod-more" onClick={() => void model.more()}>
          Show more
        </button>
      )}
    </section>
  );
}

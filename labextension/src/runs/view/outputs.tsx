import { useEffect, useState, type ReactElement } from 'react';
import type { Described, Run, RunFile } from '../documents.js';
import { size } from '../words.js';
import { useHost, useRuns } from './host.js';

const SHOWN = 2_000_000; // bytes of an output that is shown and not only saved

/** What an output turned out to be. */
type Found =
  | { kind: 'text'; said: string }
  | { kind: 'picture'; address: string }
  | { kind: 'file'; type: string; bytes: number | null };

function valueSaid(said: string): string {
  try {
    const value = JSON.parse(said) as unknown;
    if (typeof value === 'number') {
      return value.toLocaleString('en-GB', { maximumSignificantDigits: 12 });
    }
    if (typeof value === 'string') {
      return value;
    }
    const line =
      Array.isArray(value) && value.every(v => typeof v === 'number') ? value.join(', ') : '';
    return line || JSON.stringify(value, null, 2);
  } catch {
    return said;
  }
}

async function look(response: Response, asking: AbortController): Promise<Found> {
  const type = (response.headers.get('Content-Type') ?? '').split(';')[0] ?? '';
  const bytes = Number(response.headers.get('Content-Length') ?? NaN);
  const picture = /^image\/(png|jpeg|gif|webp|svg\+xml)$/.test(type);
  const words = /^text\/(plain|csv|markdown)$|[/+]json$/.test(type);
  if ((!picture && !words) || bytes > SHOWN) {
    asking.abort(); // whoever wants it saves it: its body is not fetched for nothing
    return { kind: 'file', type, bytes: Number.isNaN(bytes) ? null : bytes };
  }
  return picture
    ? { kind: 'picture', address: URL.createObjectURL(await response.blob()) }
    : { kind: 'text', said: valueSaid(await response.text()) };
}

function Output({
  run,
  name,
  about
}: {
  run: Run;
  name: string;
  about: Described | undefined;
}): ReactElement {
  const [, model] = useRuns();
  const { save } = useHost();
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState('');
  const title = about?.title ?? name;
  useEffect(() => {
    const asking = new AbortController();
    let address = '';
    let gone = false;
    const fetchIt = async (): Promise<void> => {
      const response = await model.api?.output(run.id, name, asking.signal);
      const looked = response && (await look(response, asking));
      address = looked?.kind === 'picture' ? looked.address : '';
      if (gone) {
        URL.revokeObjectURL(address);
      } else if (looked) {
        setFound(looked);
      }
    };
    fetchIt().catch((error: unknown) => {
      if (!gone) {
        setTrouble(error instanceof Error ? error.message : String(error));
      }
    });
    return () => {
      gone = true;
      asking.abort();
      URL.revokeObjectURL(address);
    };
  }, [model, run.id, name]);
  const keep = (): void => {
    void model.trying(async api => {
      const response = await api.output(run.id, name, new AbortController().signal);
      save(await response.blob(), name);
    });
  };
  if (trouble.startsWith('The run has no such output')) {
    return <></>;
  }
  return (
    <div className="ph-Output">
      <dt>{title}</dt>
      <dd>
        {trouble && <span className="ph-Note">{trouble}</span>}
        {!found && !trouble && <span className="ph-Note">coming</span>}
        {found?.kind === 'picture' && <img src={found.address} alt={title} />}
        {found?.kind === 'text' && (
          <Said text={found.said} unit={about?.unit ?? ''} title={title} />
        )}
        {found?.kind === 'file' && (
          <button type="button" className="ph-Button ph-mod-small" onClick={keep}>
            Download {title} (
            {[found.type, found.bytes === null ? '' : size(found.bytes)].filter(Boolean).join(', ')}
            )
          </button>
        )}
      </dd>
    </div>
  );
}

function Said({ text, unit, title }: { text: string; unit: string; title: string }): ReactElement {
  return text.includes('\n') || text.length > 200 ? (
    <pre className="ph-Log ph-mod-table" tabIndex={0} aria-label={title}>
      {text}
    </pre>
  ) : (
    <span className="ph-Output-value">
      {text}
      {unit && ` ${unit.replace(/(?<=[a-z])2$/, '²').replace(/(?<=[a-z])3$/, '³')}`}
    </span>
  );
}

/** What the run was asked for: values as text, plots as pictures, the rest as files. */
export function Outputs({ run }: { run: Run }): ReactElement | null {
  const [, model] = useRuns();
  const [names, setNames] = useState<string[]>([]);
  const [about, setAbout] = useState<Described[]>([]);
  useEffect(() => {
    let gone = false;
    void model.trying(async api => {
      const [asked, offer] = await Promise.all([
        api.request(run.id),
        run.path === null ? api.offer(run.process).catch(() => null) : null
      ]);
      if (!gone) {
        setNames(asked.outputs);
        setAbout(offer?.outputs ?? []);
      }
    });
    return () => {
      gone = true;
    };
  }, [model, run.id, run.path, run.process]);
  return names.length ? (
    <dl className="ph-Outputs" aria-label="Outputs">
      {names.map(name => (
        <Output key={name} run={run} name={name} about={about.find(one => one.name === name)} />
      ))}
    </dl>
  ) : null;
}

/** All files that the run left. */
export function Files({ run }: { run: Run }): ReactElement {
  const [, model] = useRuns();
  const { save } = useHost();
  const [files, setFiles] = useState<RunFile[]>([]);
  useEffect(() => {
    let gone = false;
    void model.trying(async api => {
      const found = await api.files(run.id);
      if (!gone) {
        setFiles(found);
      }
    });
    return () => {
      gone = true;
    };
  }, [model, run.id]);
  const keep = (file: RunFile): void => {
    void model.trying(async api => {
      save(await api.file(run.id, file.name), file.name.split('/').at(-1) ?? file.name);
    });
  };
  return (
    <details>
      <summary>Files ({files.length})</summary>
      <ul className="ph-Assets" aria-label="Files of the run">
        {files.map(file => (
          <li key={file.name}>
            <span className="ph-Asset-title">{file.name}</span>{' '}
            <span className="ph-Note">{size(file.size)}</span>
            <button
              type="button"
              className="ph-Button ph-mod-quiet ph-mod-small"
              aria-label={`Download ${file.name}`}
              onClick={() => {
                keep(file);
              }}
            >
              Download
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

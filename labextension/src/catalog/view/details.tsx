import { useState, type ReactElement } from 'react';
import { KIND_NAMES, kindOf, openable } from '../code/asset.js';
import { variantsOf } from '../code/cells.js';
import { number, text, type Asset, type Collection, type Item } from '../stac.js';
import { nameOf, size, valueOf } from '../words.js';
import { useCatalog, useHost } from './host.js';

/** The data to open, what to open it with, and the button that does. */
function Insert({ item }: { item: Item }): ReactElement {
  const [{ hemisphere }] = useCatalog();
  const host = useHost();
  const files = openable(item);
  const [key, setKey] = useState(files[0]?.[0] ?? '');
  const [way, setWay] = useState('');
  const [busy, setBusy] = useState(false);
  const asset = item.assets[key];
  if (!asset) {
    return (
      <p className="ph-Note">
        None of these files is of a kind that a cell can open yet. Copy an address to open it your
        own way.
      </p>
    );
  }
  const variants = variantsOf(asset);
  const variant = variants.find(v => v.id === way) ?? variants[0];
  const code = (): string => variant?.code({ item, key, asset, hemisphere }) ?? '';
  const insert = async (): Promise<void> => {
    if (busy) {
      return;
    }
    setBusy(true);
    try {
      const { notebook, kernel } = await host.insert(code());
      const next = kernel
        ? 'Run it with Shift+Enter.'
        : 'It has no kernel yet: run the cell when it has one.';
      host.tell(`The cell is in ${notebook}. ${next}`);
    } catch (error) {
      host.warn(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="ph-Insert">
      {files.length > 1 && (
        <label>
          <span>File</span>
          <select
            className="ph-Input"
            value={key}
            onChange={event => {
              setKey(event.target.value);
            }}
          >
            {files.map(([name, file]) => (
              <option key={name} value={name}>
                {file.title ?? name}
              </option>
            ))}
          </select>
        </label>
      )}
      {variants.length > 1 && (
        <label>
          <span>Open with</span>
          <select
            className="ph-Input"
            value={variant?.id}
            onChange={event => {
              setWay(event.target.value);
            }}
          >
            {variants.map(v => (
              <option key={v.id} value={v.id}>
                {v.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="ph-Insert-buttons">
        <button
          type="button"
          className="ph-Button ph-mod-primary"
          aria-disabled={busy}
          onClick={() => void insert()}
        >
          {busy ? 'A kernel is starting…' : 'Insert into notebook'}
        </button>
        <button
          type="button"
          className="ph-Button"
          onClick={() => {
            host.copy(code());
            host.tell('The code is on the clipboard.');
          }}
        >
          Copy code
        </button>
      </div>
    </div>
  );
}

function about(asset: Asset): string {
  const kind = kindOf(asset);
  const bytes = number(asset.all['file:size']);
  const named = kind ? KIND_NAMES[kind] : (asset.type ?? 'kind not given');
  return [named, bytes === null ? '' : size(bytes)].filter(Boolean).join(', ');
}

function AssetRow({ name, asset }: { name: string; asset: Asset }): ReactElement {
  const host = useHost();
  const title = asset.title ?? name;
  return (
    <li>
      <span className="ph-Asset-title">{title}</span>{' '}
      <span className="ph-Note">{about(asset)}</span>
      <button
        type="button"
        className="ph-Button ph-mod-quiet ph-mod-small"
        aria-label={`Copy the address of ${title}`}
        onClick={() => {
          host.copy(asset.href);
          host.tell('The address is on the clipboard.');
        }}
      >
        Copy address
      </button>
    </li>
  );
}

/** A picture, if it lies on this hub: no other host is asked for anything. */
function thumbnail(item: Item): string | null {
  const found = Object.values(item.assets).find(a => a.roles.includes('thumbnail'));
  if (!found) {
    return null;
  }
  const address = new URL(found.href, location.href);
  return address.origin === location.origin && /^https?:$/.test(address.protocol)
    ? address.href
    : null;
}

const APART = new Set([
  'title',
  'datetime',
  'start_datetime',
  'end_datetime',
  'license',
  'created',
  'updated'
]);

function Facts({
  item,
  collection
}: {
  item: Item;
  collection: Collection | undefined;
}): ReactElement {
  const facts: [string, string][] = [
    ['Collection', collection?.title ?? item.collection],
    ['Identifier', item.id],
    ...(['start_datetime', 'end_datetime', 'datetime'] as const).map((name): [string, string] => [
      { start_datetime: 'Begin', end_datetime: 'End', datetime: 'Time' }[name],
      text(item.properties[name])
    ]),
    ['Source', collection?.providers.join(', ') ?? ''],
    ['Licence', text(item.properties.license) || (collection?.license ?? '')],
    ['Access', collection?.access ?? ''],
    ...Object.entries(item.properties)
      .filter(([name]) => !APART.has(name) && (!name.startsWith('proj:') || name === 'proj:code'))
      .map(([name, value]): [string, string] => [nameOf(name), valueOf(value)])
  ];
  return (
    <dl className="ph-Facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function Details({ item, id }: { item: Item; id: string }): ReactElement {
  const [{ collections }] = useCatalog();
  const collection = collections?.find(c => c.id === item.collection);
  const picture = thumbnail(item);
  const assets = Object.entries(item.assets);
  return (
    <div className="ph-Details" id={id}>
      <Insert key={item.key} item={item} />
      {picture && <img src={picture} alt="" loading="lazy" />}
      <Facts item={item} collection={collection} />
      {assets.length > 0 && (
        <details>
          <summary>Files ({assets.length})</summary>
          <ul className="ph-Assets">
            {assets.map(([name, asset]) => (
              <AssetRow key={name} name={name} asset={asset} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

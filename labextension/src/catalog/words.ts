import { text, timeOf, type Collection, type Item, type Json, type SourceReport } from './stac.js';

const NUMBER = new Intl.NumberFormat('en-GB');

/** A whole number as people write it: 37,146. */
export function count(n: number): string {
  return NUMBER.format(n);
}

/** "1 item", "12 items". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** When an item is from, in days; UTC. */
export function when(item: Item): string {
  const time = timeOf(item);
  if (!time) {
    return 'time not given';
  }
  const [from = '', to = ''] = time.map(t => t.slice(0, 10));
  return from === to ? from : `${from} to ${to}`;
}

/** A time span of a collection. */
export function span([from, to]: Collection['interval']): string {
  return from || to
    ? `${from?.slice(0, 10) ?? 'the beginning'} to ${to?.slice(0, 10) ?? 'now'}`
    : '';
}

/** "1.4 MB"; sizes count in thousands, as disks do. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1) : 0;
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

/** What became of asking a source, in words; where something is wrong they go on after its title. */
export function said(report: SourceReport): string {
  const seconds = report.seconds === null ? '' : `, ${report.seconds.toFixed(1)} s`;
  if (report.state === 'asked') {
    return 'asked, no answer yet';
  }
  if (report.state !== 'ok') {
    return report.message || 'gave nothing that can be used.';
  }
  const of = report.matched === null ? '' : ` of ${count(report.matched)}`;
  const found =
    report.returned || report.matched ? `${count(report.returned)}${of} shown` : 'nothing found';
  return `${found}${seconds}${report.message ? `. ${report.message}` : ''}`;
}

/** How a search stands, in one line. */
export function progress(
  reports: readonly SourceReport[],
  items: number,
  searching: boolean,
  more = false
): string {
  const waiting = reports.filter(r => r.state === 'asked').length;
  const found = counted(items, 'item');
  if (searching) {
    const answered = reports.length - waiting;
    return reports.length
      ? `${found} so far. ${answered} of ${counted(reports.length, 'catalog')} answered.`
      : 'Searching.';
  }
  const known = reports.every(r => r.state === 'ok' && r.matched !== null);
  const matched = reports.reduce((sum, r) => sum + (r.matched ?? 0), 0);
  return known && matched >= items && matched > 0
    ? `${count(items)} of ${counted(matched, 'item')}.`
    : `${found}${more ? ', and there are more' : ''}.`;
}

const NAMES: Record<string, string> = {
  gsd: 'Resolution (m)',
  'proj:code': 'CRS',
  'eo:cloud_cover': 'Cloud cover (%)'
};

/** A property's name as people read it. */
export function nameOf(property: string): string {
  const known = NAMES[property];
  return known ?? property.replace(/^[a-z-]+:/, '').replace(/_/g, ' ');
}

/** A property's value in a line; '' for what is too long to be read. */
export function valueOf(value: Json): string {
  if (value === null || typeof value === 'boolean') {
    return value === null ? '' : value ? 'yes' : 'no';
  }
  if (typeof value === 'object') {
    const flat =
      Array.isArray(value) && value.every(v => typeof v !== 'object') ? value.join(', ') : '';
    return flat.length <= 80 ? flat : '';
  }
  const line = text(value) || String(value);
  return line.length <= 160 ? line : '';
}

import { parametersOf, type Question } from '../query.js';
import { python } from './literal.js';

// The names that pystac-client gives to the parameters of a search.
const NAMES: Record<string, string> = { 'filter-lang': 'filter_lang' };

/** The search as pystac-client code that runs in a kernel of this hub, with the kernel's own token. */
export function searchCode(question: Question, address: string): string {
  const parameters = Object.entries(parametersOf(question));
  return [
    'import os',
    '',
    'from pystac_client import Client',
    '',
    'catalog = Client.open(',
    `    os.environ.get("POLAR_STAC", ${python(address)}),`,
    '    headers={"Authorization": f"token {os.environ[\'JUPYTERHUB_API_TOKEN\']}"},',
    ')',
    'search = catalog.search(',
    ...parameters.map(([name, value]) => `    ${NAMES[name] ?? name}=${python(value, 4)},`),
    '    max_items=100,',
    ')',
    'items = search.item_collection()',
    'print(f"{len(items)} items")',
    'for item in items:',
    '    print(item.collection_id, item.id, item.datetime or item.common_metadata.start_datetime)'
  ].join('\n');
}

// Prints the code of every way to open the assets of a STAC item, which comes as JSON on standard input.
import { readFileSync } from 'node:fs';
import { variantsOf } from '../../labextension/lib/catalog/code/cells.js';
import { readItem } from '../../labextension/lib/catalog/stac.js';

const item = readItem(JSON.parse(readFileSync(0, 'utf8')));
const cells = Object.entries(item.assets).flatMap(([key, asset]) =>
  variantsOf(asset).map(v => [v.id, v.code({ item, key, asset, hemisphere: 'north' })])
);
console.log(JSON.stringify(Object.fromEntries(cells)));

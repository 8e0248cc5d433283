// Links the built extension into the Python environment, so that an editable install shows it.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ask, HERE } from './python.mjs';

const built = join(HERE, 'polarhub_lab', 'labextension');
if (!existsSync(join(built, 'package.json'))) {
  console.error('The extension is not built yet: run `npm run build` first.');
  process.exit(1);
}
const folder = join(ask('import sys; print(sys.prefix)'), 'share', 'jupyter', 'labextensions');
const link = join(folder, 'polarhub-lab');
mkdirSync(folder, { recursive: true });
rmSync(link, { recursive: true, force: true });
symlinkSync(built, link);
console.log(`${link} -> ${built}`);

// Bundles lib/ as a prebuilt extension for the JupyterLab that is installed beside it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ask, HERE } from './python.mjs';

const core = ask(
  "from importlib.util import find_spec as f; print(f('jupyterlab').submodule_search_locations[0] + '/staging')"
);
const builder = createRequire(import.meta.url).resolve(
  '@jupyterlab/builder/lib/build-labextension.js'
);
const flags = ['--core-path', core, ...process.argv.slice(2), '.'];
const done = spawnSync(process.execPath, [builder, ...flags], { cwd: HERE, stdio: 'inherit' });
process.exit(done.status ?? 1);

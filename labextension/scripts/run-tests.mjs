// Runs every lib/**/*.test.js with node's own test runner; a folder argument is not understood alike by all nodes.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HERE } from './python.mjs';

const lib = join(HERE, 'lib');
const tests = readdirSync(lib, { recursive: true })
  .filter(name => name.endsWith('.test.js'))
  .map(name => join(lib, name));
const done = spawnSync(process.execPath, ['--test', ...tests], { stdio: 'inherit' });
process.exit(done.status ?? 1);

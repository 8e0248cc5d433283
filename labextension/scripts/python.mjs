// Finds the Python that holds JupyterLab: $PYTHON, the repository's .venv, or the one on the PATH.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = join(dirname(fileURLToPath(import.meta.url)), '..');

function python() {
  const own = join(HERE, '..', '.venv', 'bin', 'python');
  return process.env.PYTHON ?? (existsSync(own) ? own : 'python3');
}

/** What a line of Python prints. */
export function ask(code) {
  return execFileSync(python(), ['-c', code], { encoding: 'utf8' }).trim();
}

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { catalogPlugin } from './catalog/plugin.js';
import { examplesPlugin } from './examples/plugin.js';
import { sessionPlugin } from './session/plugin.js';
import { runsPlugin } from './runs/plugin.js';
import { limitsPlugin } from './limits/plugin.js';

/** Every plugin of polarhub: one feature each. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  catalogPlugin,
  sessionPlugin,
  limitsPlugin,
  examplesPlugin,
  runsPlugin
];

export default plugins;

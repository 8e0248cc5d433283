import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { catalogPlugin } from './catalog/plugin.js';
import { limitsPlugin } from './limits/plugin.js';

/** Every plugin of polarhub: one feature each. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [catalogPlugin, limitsPlugin];

export default plugins;

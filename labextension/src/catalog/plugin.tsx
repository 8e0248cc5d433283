import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Panel } from '@lumino/widgets';

/** Adds the panel "Polar catalogs" to the left side bar. */
export const catalogPlugin: JupyterFrontEndPlugin<void> = {
  id: 'polarhub-lab:catalog',
  description: 'Search polar data catalogs on a polar map.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    const panel = new Panel();
    panel.id = 'polarhub-catalog';
    panel.title.label = 'Polar catalogs';
    app.shell.add(panel, 'left', { rank: 150 });
  }
};

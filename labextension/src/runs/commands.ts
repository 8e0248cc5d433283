import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ToolbarButton, type ICommandPalette } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { runsIcon } from './icon.js';
import type { Host } from './view/host.js';

const OPEN = 'polarhub:open-runs';
const RUN = 'polarhub:run-headless';
const PUBLISH = 'polarhub:publish-processor';
const FILE = '.jp-DirListing-item[data-file-type="notebook"]';

/** The notebook that is chosen in the file browser, where its menu asks, else the one in front. */
function pathOf(
  inBrowser: boolean,
  browsers: IFileBrowserFactory | null,
  tracker: INotebookTracker
): string {
  const [chosen] = inBrowser ? (browsers?.tracker.currentWidget?.selectedItems() ?? []) : [];
  return chosen?.path ?? tracker.currentWidget?.context.path ?? '';
}

/** Opens the panel, runs a notebook, publishes one: palette, menus of files, menu Run, notebook toolbar. */
export function addCommands(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  browsers: IFileBrowserFactory | null,
  palette: ICommandPalette | null,
  host: Host,
  open: () => void
): void {
  const { commands, contextMenu } = app;
  const path = (args: { path?: unknown; inBrowser?: unknown }): string =>
    typeof args.path === 'string' ? args.path : pathOf(args.inBrowser === true, browsers, tracker);
  commands.addCommand(OPEN, {
    label: 'Show Runs',
    caption: 'Runs, processors, schedules and what they used of the month',
    icon: runsIcon,
    execute: open
  });
  commands.addCommand(RUN, {
    label: 'Run Headless…',
    caption: 'Run this notebook without the browser; it goes on when you leave',
    icon: runsIcon,
    isEnabled: () => host.model.api !== null,
    execute: args => host.choose('run', path(args))
  });
  commands.addCommand(PUBLISH, {
    label: 'Publish as Processor…',
    caption: 'Offer this notebook with a form of its parameters, to yourself or to others',
    isEnabled: () => host.model.api !== null,
    execute: args => host.choose('publish', path(args))
  });
  for (const [rank, command] of [RUN, PUBLISH].entries()) {
    contextMenu.addItem({
      command,
      args: { inBrowser: true },
      selector: FILE,
      rank: 3.5 + rank / 10
    });
  }
  for (const command of [OPEN, RUN, PUBLISH]) {
    palette?.addItem({ command, category: 'Polar data' });
  }
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew(panel: NotebookPanel): IDisposable {
      const button = new ToolbarButton({
        icon: runsIcon,
        tooltip: 'Run headless: without the browser',
        onClick: () => void commands.execute(RUN, { path: panel.context.path })
      });
      panel.toolbar.insertItem(10, 'polarhubRunHeadless', button);
      return new DisposableDelegate(() => {
        button.dispose();
      });
    }
  });
}

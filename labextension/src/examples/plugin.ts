import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  InputDialog,
  type MainAreaWidget,
  Notification
} from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { notebookIcon } from '@jupyterlab/ui-components';
import { type Example, ExamplesApi } from './api.js';
import { makePreview } from './preview.js';

const SHOW = 'polarhub:show-example';
const COPY = 'polarhub:copy-example';
const CATEGORY = 'Polar examples';

/** The example that a command's arguments name, or that the user picks; null where they pick none. */
async function pick(examples: Example[], name: unknown): Promise<Example | null> {
  const named = examples.find(example => example.name === name);
  if (named) {
    return named;
  }
  if (examples.length === 0) {
    throw new Error('There are no examples on this server.');
  }
  const titles = examples.map(example => example.title);
  const { value } = await InputDialog.getItem({
    title: 'Open an example',
    label: 'Example notebook',
    items: titles,
    okLabel: 'Open'
  });
  return examples.find(example => example.title === value) ?? null;
}

/** Runs a command, and says in a sentence what kept it from being done. */
async function saying(what: () => Promise<void>): Promise<void> {
  try {
    await what();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    Notification.error(`The example could not be opened. ${why}`, { autoClose: 10000 });
  }
}

/** Example notebooks: cards in the launcher, shown read-only, copied with one click. */
export const examplesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'polarhub-lab:examples',
  description: 'Shows the example notebooks of polarhub, and copies them with one click.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ILauncher, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    launcher: ILauncher | null,
    palette: ICommandPalette | null
  ): void => {
    const { commands, shell } = app;
    const api = new ExamplesApi(app.serviceManager.serverSettings);
    const open = new Map<string, MainAreaWidget>();
    let known: Example[] = [];

    const show = async (name: unknown): Promise<void> => {
      known = known.length > 0 ? known : await api.list();
      const example = await pick(known, name);
      if (!example) {
        return;
      }
      let widget = open.get(example.name);
      if (!widget || widget.isDisposed) {
        const copy = (): Promise<void> => commands.execute(COPY, { name: example.name });
        widget = makePreview(example, await api.notebook(example.name), rendermime, copy);
        widget.id = `polarhub-example-${example.name}`;
        open.set(example.name, widget);
        shell.add(widget, 'main');
      }
      shell.activateById(widget.id);
    };

    commands.addCommand(SHOW, {
      label: args => (typeof args.title === 'string' ? args.title : 'Open Example…'),
      caption: args =>
        typeof args.description === 'string' ? args.description : 'Read an example notebook',
      icon: args => (args.title ? notebookIcon : undefined),
      execute: args => saying(() => show(args.name))
    });
    commands.addCommand(COPY, {
      label: 'Copy Example to My Files',
      execute: args =>
        saying(async () => {
          const path = await api.copy(typeof args.name === 'string' ? args.name : '');
          await commands.execute('docmanager:open', { path });
        }),
      isVisible: () => false
    });
    palette?.addItem({ command: SHOW, category: 'Polar data' });
    void app.restored
      .then(() => api.list())
      .then(examples => {
        known = examples;
        examples.forEach(({ name, title, description }, rank) => {
          launcher?.add({
            command: SHOW,
            args: { name, title, description },
            category: CATEGORY,
            rank
          });
        });
      })
      .catch((error: unknown) => {
        console.warn('polarhub: the examples could not be listed', error);
      });
  }
};

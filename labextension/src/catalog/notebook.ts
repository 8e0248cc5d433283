import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions, NotebookPanel, type INotebookTracker } from '@jupyterlab/notebook';

const KERNEL_LIMIT = 60_000; // milliseconds that a kernel may take before the cell comes without it

/** Where the code is, and whether it can be run at once. */
export interface Inserted {
  notebook: string;
  kernel: boolean;
}

/** Puts code into notebooks. */
export interface CodeSink {
  /** A new code cell below the active one; without a notebook, one is made. Throws a sentence. */
  insert(code: string): Promise<Inserted>;
}

type Session = NotebookPanel['sessionContext'];

function starts(session: Session): boolean {
  const status = session.kernelDisplayStatus;
  return !session.session?.kernel && (status === 'initializing' || status === 'starting');
}

/** Whether a kernel is there, once it has started. Until then JupyterLab passes over a cell that is run, silently. */
async function kernelOf(session: Session): Promise<boolean> {
  if (starts(session)) {
    await new Promise<void>(resolve => {
      const look = (): void => {
        if (session.isDisposed || !starts(session)) {
          done();
        }
      };
      const done = (): void => {
        window.clearTimeout(limit);
        session.kernelChanged.disconnect(look);
        session.statusChanged.disconnect(look);
        resolve();
      };
      const limit = window.setTimeout(done, KERNEL_LIMIT);
      session.kernelChanged.connect(look);
      session.statusChanged.connect(look);
      void session.ready.then(look);
    });
  }
  return Boolean(session.session?.kernel);
}

async function newNotebook(app: JupyterFrontEnd): Promise<NotebookPanel> {
  await app.serviceManager.kernelspecs.ready;
  const kernelName = app.serviceManager.kernelspecs.specs?.default;
  const made: unknown = await app.commands.execute('notebook:create-new', {
    kernelName,
    activate: true
  });
  if (!(made instanceof NotebookPanel)) {
    throw new Error('A notebook could not be made. Open one, then insert again.');
  }
  return made;
}

/** Whether the cell would be understood: what is inserted is Python. */
function speaksPython(panel: NotebookPanel): boolean {
  const language = panel.content.model?.defaultKernelLanguage ?? '';
  return language === '' || language.toLowerCase() === 'python';
}

export function notebooks(app: JupyterFrontEnd, tracker: INotebookTracker): CodeSink {
  return {
    async insert(code: string): Promise<Inserted> {
      const open = tracker.currentWidget;
      const panel = open ?? (await newNotebook(app));
      await panel.context.ready;
      await panel.revealed;
      const name = panel.title.label;
      if (!speaksPython(panel)) {
        throw new Error(
          `${name} is not a Python notebook. Open one with a Python kernel, then insert again.`
        );
      }
      const kernel = await kernelOf(panel.sessionContext);
      const { content } = panel;
      if (content.model?.readOnly) {
        throw new Error(`${name} cannot be changed. Open another notebook, then insert again.`);
      }
      const active = content.activeCell?.model;
      const useActive = active?.type === 'code' && active.sharedModel.getSource().trim() === '';
      if (!useActive) {
        NotebookActions.insertBelow(content);
      }
      content.activeCell?.model.sharedModel.setSource(code);
      content.deselectAll();
      app.shell.activateById(panel.id);
      await content.scrollToItem(content.activeCellIndex, 'smart');
      return { notebook: name, kernel };
    }
  };
}

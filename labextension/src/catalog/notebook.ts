import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions, NotebookPanel, type INotebookTracker } from '@jupyterlab/notebook';

/** Puts code into notebooks. */
export interface CodeSink {
  /** A new code cell below the active one; without a notebook, one is made. Gives its name; throws a sentence. */
  insert(code: string): Promise<string>;
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
    async insert(code: string): Promise<string> {
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
      return name;
    }
  };
}

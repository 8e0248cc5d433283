import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { PathExt } from '@jupyterlab/coreutils';
import { isObject } from '../catalog/stac.js';
import type { Run } from './documents.js';
import { isAbout, type Draft } from './publish.js';

const OUTPUT = 'job-output';

/** What the panel wants of the person's files. */
export interface Files {
  /** A notebook as it was saved; what is open and unsaved is saved first. */
  notebook(path: string): Promise<unknown>;
  /** … and the definition beside it. */
  draft(path: string): Promise<Draft>;
  /** Where the notebook of a run lies in the home; null where it does not. */
  result(run: Run): Promise<string | null>;
}

export function files(app: JupyterFrontEnd, tracker: INotebookTracker): Files {
  const { contents } = app.serviceManager;
  const read = async (path: string): Promise<unknown> =>
    (await contents.get(path, { content: true })).content as unknown;
  const folder = async (path: string): Promise<{ name: string; path: string }[]> =>
    (await read(path).catch(() => [])) as { name: string; path: string }[];

  const notebook = async (path: string): Promise<unknown> => {
    const open = tracker.find(widget => widget.context.path === path);
    if (open?.context.model.dirty) {
      await open.context.save();
    }
    return read(path);
  };
  return {
    notebook,
    async draft(path: string): Promise<Draft> {
      const whole = await notebook(path);
      const beside = await folder(PathExt.dirname(path));
      const file = beside.find(one => one.name === 'processor.json');
      const said = file
        ? await contents.get(file.path, { content: true, format: 'text', type: 'file' })
        : null;
      let definition: unknown;
      try {
        definition = said ? JSON.parse(String(said.content)) : null;
      } catch {
        throw new Error(
          'The processor.json beside this notebook is no JSON: mend it, or take it away.'
        );
      }
      const names = beside.map(one => one.name);
      const about = isAbout(definition, PathExt.basename(path), names);
      return {
        path,
        notebook: whole,
        definition: about && isObject(definition) ? definition : null
      };
    },
    async result(run: Run): Promise<string | null> {
      const end = `-${run.id.slice(0, 8)}`;
      const found = (await folder(OUTPUT)).find(one => one.name.endsWith(end));
      const inside = found ? await folder(found.path) : [];
      return inside.find(one => one.name === 'notebook.ipynb')?.path ?? null;
    }
  };
}

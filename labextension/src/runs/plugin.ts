import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { runsAddress } from './address.js';
import { RunsApi, RunsError } from './api.js';
import { addCommands } from './commands.js';
import type { Run } from './documents.js';
import { runsIcon } from './icon.js';
import { RunsModel } from './model.js';
import { files } from './notebook.js';
import { PublishModel } from './publish.js';
import { IPolarRuns } from './tokens.js';
import type { Host } from './view/host.js';
import { RunsWatch } from './watch.js';
import { RunsWidget } from './widget.js';
import { nameOf } from './words.js';

const TITLE = 'Runs';
const TOLD = 'polarhub-lab:runs-told:';

function makeApi(): RunsApi | null {
  const address = runsAddress(PageConfig.getOption, location.origin);
  return address ? new RunsApi(address, () => PageConfig.getToken()) : null;
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}

function makeHost(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  themes: IThemeManager | null,
  model: RunsModel,
  open: () => void
): Host {
  const home = files(app, tracker);
  const warn = (sentence: string): void => {
    Notification.warning(sentence, { autoClose: 8000 });
  };
  const choose = async (what: 'run' | 'publish', path: string): Promise<void> => {
    try {
      if (!path.endsWith('.ipynb')) {
        throw new RunsError('Open a notebook, or choose one among your files, first.');
      }
      if (!model.api) {
        throw new RunsError(
          'This JupyterLab was not started by a hub: there is nothing to run on.'
        );
      }
      if (what === 'run') {
        model.openForm({ kind: 'file', path, notebook: await home.notebook(path) });
      } else {
        const owner = PageConfig.getOption('hubUser');
        model.openPublish(new PublishModel(model.api, await home.draft(path), owner));
      }
      open();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(path ? `${path} could not be read. ${why}` : why);
    }
  };
  return {
    model,
    choose,
    save,
    warn,
    async openResult(run: Run): Promise<void> {
      const path = await home.result(run);
      if (path) {
        await app.commands.execute('docmanager:open', { path });
      } else if (model.api) {
        save(await model.api.file(run.id, 'notebook.ipynb'), `${run.id.slice(0, 8)}.ipynb`);
        Notification.info('The notebook is not among your files any more: it was downloaded.');
      }
    },
    notebook: () => tracker.currentWidget?.context.path ?? '',
    tell: sentence => Notification.info(sentence, { autoClose: 4000 }),
    onTheme: listener => {
      themes?.themeChanged.connect(listener);
      return () => themes?.themeChanged.disconnect(listener);
    }
  };
}

/** Says that a run has ended, with the way to it; it stays until it is closed. */
function tellEnd(run: Run, model: RunsModel, open: () => void): void {
  const { processes } = model.get();
  const name = nameOf(run, new Map((processes ?? []).map(one => [one.id, one.title])));
  const good = run.status === 'successful';
  const said = good ? `${name} is done.` : `${name} failed. ${run.message}`.trim();
  Notification.emit(said.slice(0, 300), good ? 'success' : 'error', {
    autoClose: false,
    actions: [
      {
        label: 'Show',
        callback: () => {
          model.openRun(run.id);
          open();
        }
      }
    ]
  });
}

function startWatch(app: JupyterFrontEnd, model: RunsModel, open: () => void): void {
  if (!model.api) {
    return;
  }
  const key = TOLD + PageConfig.getOption('hubUser');
  const watch = new RunsWatch(model.api, {
    heard: runs => {
      model.heard(runs);
    },
    tell: run => {
      tellEnd(run, model, open);
    },
    mark: () => {
      const kept = localStorage.getItem(key);
      return kept === null ? null : Number(kept);
    },
    setMark: mark => {
      localStorage.setItem(key, String(mark));
    }
  });
  let active = 0;
  model.subscribe(() => {
    const now = model.get().runs?.filter(run => run.finished === null).length ?? 0;
    if (now > active) {
      void watch.look(); // something new runs: look sooner
    }
    active = now;
  });
  void app.restored.then(() => watch.look());
}

/** The panel "Runs" in the left side bar, and the commands on notebooks. */
export const runsPlugin: JupyterFrontEndPlugin<IPolarRuns> = {
  id: 'polarhub-lab:runs',
  description: 'Runs notebooks without a browser: forms, progress, results, schedules, usage.',
  autoStart: true,
  provides: IPolarRuns,
  requires: [INotebookTracker],
  optional: [IFileBrowserFactory, ICommandPalette, IThemeManager, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null,
    themes: IThemeManager | null,
    restorer: ILayoutRestorer | null
  ): IPolarRuns => {
    const model = new RunsModel(makeApi());
    const open = (): void => {
      app.shell.activateById(side.id);
    };
    const host = makeHost(app, tracker, themes, model, open);
    const side = new RunsWidget(host);
    side.id = 'polarhub-runs';
    side.title.icon = runsIcon;
    side.title.caption = TITLE;
    side.node.setAttribute('role', 'region');
    side.node.setAttribute('aria-label', TITLE);
    app.shell.add(side, 'left', { rank: 160 });
    restorer?.add(side, side.id);
    addCommands(app, tracker, browsers, palette, host, open);
    startWatch(app, model, open);
    return { open };
  }
};

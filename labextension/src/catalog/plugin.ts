import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  ICommandPalette,
  IThemeManager,
  MainAreaWidget,
  Notification,
  WidgetTracker
} from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { catalogAddress } from './address.js';
import { CatalogApi } from './api.js';
import { polarIcon } from './icon.js';
import { CatalogModel } from './model.js';
import { notebooks } from './notebook.js';
import { IPolarCatalogs } from './tokens.js';
import type { Host } from './view/host.js';
import { CatalogWidget } from './widget.js';

const OPEN = 'polarhub:open-catalogs';
const WIDEN = 'polarhub:open-catalogs-wide';
const TITLE = 'Polar catalogs';

function makeModel(): CatalogModel {
  const address = catalogAddress(PageConfig.getOption, location.origin);
  return new CatalogModel(address ? new CatalogApi(address, () => PageConfig.getToken()) : null);
}

function makeHost(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  themes: IThemeManager | null
): Host {
  const sink = notebooks(app, tracker);
  return {
    model: makeModel(),
    insert: code => sink.insert(code),
    copy: text => {
      Clipboard.copyToSystem(text);
    },
    tell: sentence => Notification.info(sentence, { autoClose: 4000 }),
    warn: sentence => Notification.warning(sentence, { autoClose: 8000 }),
    onTheme: listener => {
      themes?.themeChanged.connect(listener);
      return () => themes?.themeChanged.disconnect(listener);
    }
  };
}

/** The panel "Polar catalogs": in the left side bar, and wide in the main area. */
export const catalogPlugin: JupyterFrontEndPlugin<IPolarCatalogs> = {
  id: 'polarhub-lab:catalog',
  description:
    'Searches polar data catalogs on a polar map and inserts cells that open what was found.',
  autoStart: true,
  provides: IPolarCatalogs,
  requires: [INotebookTracker],
  optional: [ICommandPalette, IThemeManager, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    themes: IThemeManager | null,
    restorer: ILayoutRestorer | null
  ): IPolarCatalogs => {
    const host = makeHost(app, tracker, themes);
    const { commands, shell } = app;

    const side = new CatalogWidget({ ...host, widen: () => void commands.execute(WIDEN) });
    side.id = 'polarhub-catalogs';
    side.title.icon = polarIcon;
    side.title.caption = TITLE;
    side.node.setAttribute('role', 'region');
    side.node.setAttribute('aria-label', TITLE);
    shell.add(side, 'left', { rank: 150 });
    restorer?.add(side, side.id);

    const wide = new WidgetTracker<MainAreaWidget<CatalogWidget>>({
      namespace: 'polarhub-catalogs'
    });
    commands.addCommand(OPEN, {
      label: `Show ${TITLE}`,
      caption: 'Search polar data on a polar map, in the left side bar',
      icon: polarIcon,
      execute: () => {
        shell.activateById(side.id);
      }
    });
    commands.addCommand(WIDEN, {
      label: `Open ${TITLE} in the Main Area`,
      caption: 'Search polar data on a polar map, as wide as the window',
      icon: polarIcon,
      execute: () => {
        const open = wide.currentWidget;
        const widget = open ?? new MainAreaWidget({ content: new CatalogWidget(host) });
        if (!open) {
          widget.id = 'polarhub-catalogs-wide';
          widget.title.label = TITLE;
          widget.title.icon = polarIcon;
          void wide.add(widget);
          shell.add(widget, 'main');
        }
        shell.activateById(widget.id);
      }
    });
    if (restorer) {
      void restorer.restore(wide, { command: WIDEN, name: () => 'wide' });
    }
    for (const command of [OPEN, WIDEN]) {
      palette?.addItem({ command, category: 'Polar data' });
    }
    return {
      open: () => void commands.execute(OPEN)
    };
  }
};

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Poll } from '@lumino/polling';
import { fetchFigures, type Figures } from './api.js';
import { LimitsItem, LimitsModel } from './item.js';
import { mark, untold } from './words.js';

const TOLD = 'polarhub-lab:limits-told';
const INTERVAL = 5000;

function tell(figures: Figures): void {
  for (const message of untold(figures, localStorage.getItem(TOLD))) {
    // It stays until it is closed: whoever left for a coffee must see it, too.
    Notification.emit(message.text, message.kind, { autoClose: false });
  }
  localStorage.setItem(TOLD, mark(figures));
}

/** Memory, CPU and home in the status bar; a notification when something was ended or nothing fits. */
export const limitsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'polarhub-lab:limits',
  description: 'Shows memory, CPU and home against the environment, and says when they run out.',
  autoStart: true,
  optional: [IStatusBar],
  activate: (app: JupyterFrontEnd, statusBar: IStatusBar | null) => {
    const model = new LimitsModel();
    const poll: Poll<Figures | null> = new Poll({
      name: 'polarhub-lab:limits',
      factory: () => fetchFigures(app.serviceManager.serverSettings),
      frequency: { interval: INTERVAL, backoff: true, max: 60_000 },
      standby: 'when-hidden',
      auto: false
    });
    poll.ticked.connect((_, state) => {
      if (state.phase !== 'resolved') {
        return;
      }
      const figures = state.payload as Figures | null;
      model.figures = figures;
      if (figures) {
        tell(figures);
      } else {
        void poll.stop();
      }
    });
    statusBar?.registerStatusItem('polarhub-lab:limits', {
      item: new LimitsItem(model),
      align: 'left',
      rank: 3,
      isActive: () => model.figures !== null,
      activeStateChanged: model.stateChanged
    });
    void app.restored.then(() => poll.start());
  }
};

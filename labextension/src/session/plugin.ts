import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { SessionApi } from './api.js';
import type { State } from './state.js';
import { SessionWatch, type Host } from './watch.js';

const COMMAND = 'polarhub:sign-in-again';

/** One notice that changes its words, instead of many. Whoever closes it is left alone until there is news. */
class Notice {
  private id: string | null = null;
  private state: State = 'quiet';

  constructor(private readonly signIn: () => void) {}

  show(state: State, sentence: string): void {
    const news = state !== this.state;
    if (state !== 'quiet') {
      this.say(state, sentence, news);
    } else if (news) {
      this.drop();
      Notification.success('You are signed in. Everything goes on.', { autoClose: 5000 });
    }
    this.state = state;
  }

  /** Forget what was said, so that it is said again where it still holds. */
  drop(): void {
    if (this.id !== null) {
      Notification.dismiss(this.id);
      this.id = null;
    }
  }

  private say(state: 'soon' | 'over', sentence: string, news: boolean): void {
    const options = {
      type: state === 'soon' ? ('warning' as const) : ('error' as const),
      autoClose: false as const,
      actions: [{ label: 'Sign in again', displayType: 'accent' as const, callback: this.signIn }]
    };
    if (this.id !== null && !news) {
      Notification.update({ id: this.id, message: sentence, ...options });
      return;
    }
    this.drop();
    this.id = Notification.emit(sentence, options.type, options);
  }
}

/** Opens the page that signs in, and calls back when it is closed. */
function openSignIn(address: string, closed: () => void): void {
  const page = window.open(address, 'polarhub-sign-in', 'popup,width=520,height=720');
  if (!page) {
    Notification.error(
      'The browser kept the sign-in page shut. Allow pop-ups for this address, then try again.'
    );
    return;
  }
  const watch = window.setInterval(() => {
    if (page.closed) {
      window.clearInterval(watch);
      closed();
    }
  }, 300);
}

function makeHost(settings: ServerConnection.ISettings, notice: Notice): Host {
  let timer = 0;
  return {
    token: () => settings.token,
    setToken: token => {
      PageConfig.setOption('token', token);
      // all managers of JupyterLab share this object and read it at each request
      (settings as { token: string }).token = token;
    },
    show: (state, sentence) => {
      notice.show(state, sentence);
    },
    later: (milliseconds, callback) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(callback, milliseconds);
    }
  };
}

/** Tells before the session ends, and signs in again without closing anything. */
export const sessionPlugin: JupyterFrontEndPlugin<void> = {
  id: 'polarhub-lab:session',
  description: 'Warns before the session at the hub ends, and signs in again without losing work.',
  autoStart: true,
  activate: (app: JupyterFrontEnd): void => {
    const prefix = PageConfig.getOption('hubPrefix');
    if (!prefix) {
      return; // no hub: no session
    }
    const settings = app.serviceManager.serverSettings;
    const hub = new URL(PageConfig.getOption('hubHost') + prefix, location.origin).href;
    const api = new SessionApi({ hub, server: URLExt.join(settings.baseUrl, '/') });
    const signIn = (): void => {
      openSignIn(api.signIn, () => {
        notice.drop();
        void watch.look();
      });
    };
    const notice = new Notice(signIn);
    const watch = new SessionWatch(api, makeHost(settings, notice));
    app.commands.addCommand(COMMAND, {
      label: 'Sign in Again',
      caption: 'Sign in at the hub once more; what is open stays open',
      execute: signIn
    });
    // a machine that slept has missed its timers
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        void watch.look();
      }
    });
    void app.restored.then(() => watch.look());
  }
};

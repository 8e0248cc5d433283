import { NoAnswer, type SessionApi } from './api.js';
import { nextLook, sentence, stateOf, type Remaining, type State } from './state.js';

/** What the watch needs from JupyterLab and the browser. */
export interface Host {
  /** The token that every request of this page uses. */
  token: () => string;
  /** From now on every request uses this token. */
  setToken: (token: string) => void;
  /** Show, change or take away the one notice about the session. */
  show: (state: State, sentence: string) => void;
  /** Call back after so many milliseconds; a second call replaces the first. */
  later: (milliseconds: number, callback: () => void) => void;
}

/** Knows how long the session lasts, tells in time, and carries on after signing in again. */
export class SessionWatch {
  private state: State = 'quiet';
  private busy = false;

  constructor(
    private readonly api: SessionApi,
    private readonly host: Host
  ) {}

  /** Look now, tell, and plan the next look. Never throws: offline is not the end of a session. */
  async look(): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      this.tell(await this.remaining());
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        throw error;
      }
      this.plan(60_000);
    } finally {
      this.busy = false;
    }
  }

  /** As the token stands; where it is over, with a fresh one that the browser can get. */
  private async remaining(): Promise<Remaining> {
    const remaining = await this.api.remaining(this.host.token());
    if (stateOf(remaining) !== 'over') {
      return remaining;
    }
    const token = await this.api.freshToken();
    if (token === null) {
      return null;
    }
    this.host.setToken(token);
    return this.api.remaining(token);
  }

  private tell(remaining: Remaining): void {
    const state = stateOf(remaining);
    if (state !== this.state || state !== 'quiet') {
      this.host.show(state, sentence(remaining));
    }
    this.state = state;
    this.plan(nextLook(remaining));
  }

  private plan(milliseconds: number): void {
    this.host.later(milliseconds, () => void this.look());
  }
}

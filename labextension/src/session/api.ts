import { stateOf, type Remaining } from './state.js';

/** Where hub and server are; from the page's configuration. */
export interface Places {
  /** The hub's address with its prefix, a slash at the end. */
  hub: string;
  /** The user's server, a slash at the end. */
  server: string;
}

/** A moment that could not be asked: offline, or the hub restarts. The last answer stands. */
export class NoAnswer extends Error {}

/** The one place that fetches: when the session ends, and a fresh token after signing in again. */
export class SessionApi {
  constructor(private readonly places: Places) {}

  /** The address that signs in again and then closes itself. */
  get signIn(): string {
    const next = encodeURIComponent(`${new URL(this.places.hub).pathname}signed-in-again`);
    return `${this.places.hub}login?again=1&next=${next}`;
  }

  /** How long this token is good for. No cookie is sent: only the token of this page counts. */
  async remaining(token: string): Promise<Remaining> {
    const headers = { Authorization: `token ${token}` };
    const answer = await ask(`${this.places.hub}session-end`, { headers, credentials: 'omit' });
    if (answer.status === 403) {
      return null;
    }
    const body = (await answer.json().catch(() => null)) as {
      ends?: unknown;
      now?: unknown;
    } | null;
    if (!answer.ok || typeof body?.now !== 'string') {
      throw new NoAnswer();
    }
    // the hub's clock for both: this machine's may be wrong
    return typeof body.ends === 'string' ? Date.parse(body.ends) - Date.parse(body.now) : Infinity;
  }

  /** A token that works, where the browser is signed in at the hub; null where it is not. */
  async freshToken(): Promise<string | null> {
    const first = await this.tokenOfPage();
    if (first && stateOf(await this.remaining(first)) !== 'over') {
      return first;
    }
    // the server remembers the old token for a while: drop its cookie, then it asks the hub again
    await ask(`${this.places.server}logout`, { redirect: 'manual' });
    const second = await this.tokenOfPage();
    return second && stateOf(await this.remaining(second)) !== 'over' ? second : null;
  }

  private async tokenOfPage(): Promise<string | null> {
    const page = await ask(`${this.places.server}lab`, { mode: 'no-cors' });
    const html = new DOMParser().parseFromString(await page.text(), 'text/html');
    const config = html.getElementById('jupyter-config-data')?.textContent;
    const token = config ? (JSON.parse(config) as { token?: unknown }).token : null;
    return typeof token === 'string' && token ? token : null;
  }
}

async function ask(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { cache: 'no-store', credentials: 'same-origin', ...init });
  } catch {
    throw new NoAnswer();
  }
}

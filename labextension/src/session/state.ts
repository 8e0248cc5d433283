/** What is told about the end of a session, and when to look again. Times in milliseconds. */

/** The hub's word: how long the token of this page is good for, from now on; null when it is not. */
export type Remaining = number | null;

export type State = 'quiet' | 'soon' | 'over';

const MINUTE = 60_000;
export const WARN_BEFORE = 10 * MINUTE;
const LOOK_EVERY = 10 * MINUTE;
const LOOK_SOON = 15_000;

/** Whether there is something to tell. */
export function stateOf(remaining: Remaining): State {
  if (remaining === null || remaining <= 0) {
    return 'over';
  }
  return remaining <= WARN_BEFORE ? 'soon' : 'quiet';
}

/** How long to wait until the next look: exactly until there is something new, but not for ever. */
export function nextLook(remaining: Remaining): number {
  switch (stateOf(remaining)) {
    case 'over':
      return LOOK_SOON;
    case 'soon':
      return Math.min(Math.max(remaining ?? 0, 500), LOOK_SOON);
    case 'quiet':
      return Math.min((remaining ?? 0) - WARN_BEFORE, LOOK_EVERY) + 500;
  }
}

/** A duration as people say it. */
export function inWords(duration: number): string {
  const seconds = Math.max(2, Math.round(duration / 1000));
  if (seconds < 90) {
    return `${seconds} seconds`;
  }
  return `${Math.round(seconds / 60)} minutes`;
}

/** What the person reads; nothing while all is well. */
export function sentence(remaining: Remaining): string {
  switch (stateOf(remaining)) {
    case 'quiet':
      return '';
    case 'soon':
      return `Your session ends in ${inWords(remaining ?? 0)}. Sign in again to go on; what you have open stays open.`;
    case 'over':
      return 'Your session has ended: nothing can be saved or run. Sign in again to go on; what you have open stays open.';
  }
}

/** Where the hub's catalog is, seen from a user's JupyterLab. */

/** Reads an option of the page, '' where it is not set: `PageConfig.getOption`. */
export type PageOption = (name: string) => string;

/**
 * The address of the STAC API, absolute; null where this JupyterLab was not started by a hub.
 * `hubPrefix` is `/hub/` below the hub's own base, `hubHost` is set only where users have subdomains.
 */
export function catalogAddress(option: PageOption, origin: string): string | null {
  const prefix = option('hubPrefix');
  if (!prefix) {
    return null;
  }
  const base = prefix.replace(/hub\/?$/, '');
  return new URL(`${base}services/api/stac`, option('hubHost') || origin).href;
}

import type { PageOption } from '../catalog/address.js';

/**
 * The address below which runs are asked for, absolute; null where this JupyterLab was not started by a hub.
 * `hubPrefix` is `/hub/` below the hub's own base, `hubHost` is set only where users have subdomains.
 */
export function runsAddress(option: PageOption, origin: string): string | null {
  const prefix = option('hubPrefix');
  if (!prefix) {
    return null;
  }
  const base = prefix.replace(/hub\/?$/, '');
  return new URL(`${base}services/api`, option('hubHost') || origin).href;
}

import { scaleFactor, toLonLat, type Hemisphere, type Plane } from '../geo/projection.js';

/** A scale bar: how long it is on the screen, and what it says. */
export interface Bar {
  pixels: number;
  said: string;
}

const STEPS = [1, 2, 5];

/** The longest round distance that fits, true on the ground at the latitude of the point. */
export function scaleBar(
  centre: Plane,
  resolution: number,
  hemisphere: Hemisphere,
  room = 96
): Bar {
  const [, lat] = toLonLat(centre, hemisphere);
  const metres = resolution / scaleFactor(lat, hemisphere);
  const most = metres * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = power * (STEPS.findLast(step => step * power <= most) ?? 1);
  const distance = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  const side = lat < 0 ? 'S' : 'N';
  return {
    pixels: Math.round(length / metres),
    said: `${distance} at ${Math.abs(Math.round(lat))}° ${side}`
  };
}

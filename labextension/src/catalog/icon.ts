import { LabIcon } from '@jupyterlab/ui-components';

// A globe seen from above the pole: two parallels and the meridians that meet.
const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161"><path fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-.6 1.33A5.7 5.7 0 0 0 2.33 7.4h2.22A3.55 3.55 0 0 1 7.4 4.55zm1.2 0v2.22a3.55 3.55 0 0 1 2.85 2.85h2.22A5.7 5.7 0 0 0 8.6 2.33zM8 5.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6zM2.33 8.6A5.7 5.7 0 0 0 7.4 13.67v-2.22A3.55 3.55 0 0 1 4.55 8.6zm9.12 0a3.55 3.55 0 0 1-2.85 2.85v2.22a5.7 5.7 0 0 0 5.07-5.07z"/></g>
</svg>`;

export const polarIcon = new LabIcon({ name: 'polarhub:polar', svgstr });

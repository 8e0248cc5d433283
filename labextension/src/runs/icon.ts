import { LabIcon } from '@jupyterlab/ui-components';

// A list of three that are done one after another, the first of them running.
const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161"><path d="M1.5 1.2v5.2L6 3.8zM7.5 3h7v1.6h-7zM7.5 7.4h7V9h-7zM7.5 11.8h7v1.6h-7z"/><circle cx="3.2" cy="8.2" r="1.3"/><circle cx="3.2" cy="12.6" r="1.3"/></g>
</svg>`;

export const runsIcon = new LabIcon({ name: 'polarhub:runs', svgstr });

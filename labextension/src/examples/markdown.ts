import type { Notebook } from './api.js';

/** A fence that no line of the code can close. */
function fence(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map(run => run.length));
  return '`'.repeat(longest + 1);
}

/** A notebook as one Markdown text: its words, and its code as code. Outputs are left out. */
export function asMarkdown(notebook: Notebook): string {
  return notebook.cells
    .map(cell => {
      const text = typeof cell.source === 'string' ? cell.source : cell.source.join('');
      if (cell.cell_type !== 'code') {
        return text;
      }
      const edge = fence(text);
      return `${edge}python\n${text}\n${edge}`;
    })
    .join('\n\n');
}

import { MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { copyIcon, notebookIcon } from '@jupyterlab/ui-components';
import { Panel, Widget } from '@lumino/widgets';
import type { Example, Notebook } from './api.js';
import { asMarkdown } from './markdown.js';

/** An example to read: nothing in it can be changed or run; one button makes an own copy. */
export function makePreview(
  example: Example,
  notebook: Notebook,
  rendermime: IRenderMimeRegistry,
  copy: () => Promise<void>
): MainAreaWidget {
  const text = rendermime.createRenderer('text/markdown');
  text.addClass('polarhub-Example-text');
  const content = new Panel();
  content.addClass('polarhub-Example');
  content.addWidget(text);
  void text.renderModel(
    new MimeModel({ data: { 'text/markdown': asMarkdown(notebook) }, trusted: false })
  );
  const widget = new MainAreaWidget({ content });
  widget.addClass('polarhub-ExampleArea');
  content.node.tabIndex = 0; // so that the arrow keys scroll it
  content.node.setAttribute('aria-label', `${example.title}, read-only`);
  widget.title.label = example.title;
  widget.title.caption = `${example.title} (example, read-only)`;
  widget.title.icon = notebookIcon;
  widget.title.closable = true;
  widget.toolbar.addItem(
    'copy',
    new ToolbarButton({
      icon: copyIcon,
      label: 'Copy to My Files and Open',
      tooltip: 'Put a copy into your folder “examples” and open it',
      onClick: () => void copy()
    })
  );
  const note = new Widget();
  note.addClass('polarhub-Example-note');
  note.node.textContent = 'Read-only example';
  widget.toolbar.addItem('note', note);
  return widget;
}

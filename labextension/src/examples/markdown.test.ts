import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asMarkdown } from './markdown.js';

test('words stay words, code becomes code', () => {
  const cells = [
    { cell_type: 'markdown', source: ['# Title\n', 'Text'] },
    { cell_type: 'code', source: 'x = 1' }
  ];
  assert.equal(asMarkdown({ cells }), '# Title\nText\n\n```python\nx = 1\n```');
});

test('no code closes its own fence', () => {
  const shown = asMarkdown({ cells: [{ cell_type: 'code', source: 'text = """\n````\n"""' }] });
  assert.ok(shown.startsWith('`````python\n') && shown.endsWith('\n`````'));
});

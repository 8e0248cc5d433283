"""A notebook made into a page for reading; what users wrote is cleaned, and nothing in it runs."""

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors.sanitize import SanitizeHTML
from traitlets.config import Config

from hub.headless.ogc import problems

READABLE = 20_000_000  # bytes

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1rem; overflow-wrap: anywhere;
  background: light-dark(#ffffff, #17222d); color: light-dark(#16232f, #e6edf3); }
pre, code { font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; }
.input_area, .jp-InputArea-editor, div.input { background: light-dark(#f1f5f8, #1f2c38); border-radius: 6px;
  padding: .4rem .6rem; }
.prompt, .jp-InputPrompt, .jp-OutputPrompt, a.anchor-link { display: none; }
img { max-width: 100%; height: auto; background: #ffffff; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { padding: .15rem .6rem; border-bottom: 1px solid light-dark(#c3ced8, #3b4c5b); text-align: end; }
a { color: light-dark(#0b5c8a, #7cc4ee); }
.output_stderr, [data-mime-type="application/vnd.jupyter.stderr"] { background: light-dark(#fde8e6, #43201d);
  padding: .3rem .6rem; }
"""

TAGS = [
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details",
    "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
]  # fmt: skip
ATTRIBUTES = {
    "*": ["class", "title", "lang", "dir", "colspan", "rowspan", "scope"],
    "a": ["href"],
    "img": ["src", "alt"],
}


def notebook_page(raw: bytes) -> str:
    """A whole HTML page. Raises the API's problem where the bytes are no notebook."""
    try:
        notebook = nbformat.reads(raw.decode(), as_version=4)
        body, _ = _exporter().from_notebook_node(notebook)
    except Exception:  # it is a user's file: nbformat and nbconvert raise what they like
        raise problems.not_available("The notebook cannot be shown: download it from the files.") from None
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Notebook as it ran</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def _exporter() -> HTMLExporter:
    cleaned = {"tags": TAGS, "attributes": ATTRIBUTES, "styles": [], "strip": True}
    config = Config({"HTMLExporter": {"sanitize_html": True}, "SanitizeHTML": cleaned})
    exporter = HTMLExporter(config=config, template_name="basic")
    # the template's own filter would take headings for an attack
    exporter.register_filter(
        "clean_html", lambda html: SanitizeHTML(config=config).sanitize_html_tags(str(html))
    )
    exporter.anchor_link_text = " "
    return exporter

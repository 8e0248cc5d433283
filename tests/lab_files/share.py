"""A small `share/jupyter`, as installed packages leave it."""

import json
from pathlib import Path

PROGRAM = "console.log('the program');\n" * 200
REMOTE = (
    'const n={"./index":()=>r.e(7).then(()=>1),"./extension":()=>Promise.all([r.e(12),r.e(7)]).then(()=>1)}'
)


def make_share(folder: Path) -> Path:
    """JupyterLab with two chunks and a font; an extension with an @organisation, one without, one broken."""
    static = folder / "lab" / "static"
    for name, text in {
        "index.html": "<script src='{{page_config.fullStaticUrl}}/main.js'></script>",
        "main.0123456789abcdef.js": PROGRAM,
        "jlab_core.fedcba9876543210.js": PROGRAM * 3,
        "99.aaaaaaaaaaaaaaaa.js": PROGRAM,
        "99.aaaaaaaaaaaaaaaa.js.map": "{}",
        "package.json": "{}",
    }.items():
        static.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text)
    (static / "font.woff2").write_bytes(bytes(range(256)) * 4)
    add_extension(folder, "@polar/map", {"remoteEntry.bbbbbbbbbbbbbbbbbbbb.js": REMOTE})
    for chunk in (
        "12.cccccccccccccccc.js",
        "7.dddddddddddddddd.js",
        "7.dddddddddddddddd.js.LICENSE.txt",
        "8.js",
    ):
        (folder / "labextensions/@polar/map/static" / chunk).write_text(PROGRAM)
    add_extension(folder, "plain", {"remoteEntry.eeeeeeeeeeeeeeeeeeee.js": "nothing is offered"})
    (folder / "labextensions" / "broken").mkdir()
    (folder / "labextensions" / "broken" / "package.json").write_text('{"name": "broken"}')
    return folder


def add_extension(folder: Path, name: str, files: dict[str, str]) -> None:
    """A prebuilt extension; its first file is the one that it is loaded by."""
    static = folder / "labextensions" / name / "static"
    static.mkdir(parents=True)
    for file, text in files.items():
        (static / file).write_text(text)
    built = {"name": name, "jupyterlab": {"_build": {"load": f"static/{next(iter(files))}"}}}
    (static.parent / "package.json").write_text(json.dumps(built))

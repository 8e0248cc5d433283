"""The terms of use: a Markdown file that starts with its version."""

import re
from dataclasses import dataclass
from pathlib import Path

import mistune

from hub.errors import BadFile

HEADER = re.compile(
    r"\A---\s*\nversion:[ \t]*(?P<quote>[\"']?)(?P<version>[^\n\"']{0,100})(?P=quote)\s*\n---\s*\n"
)
_render = mistune.create_markdown(escape=True)  # HTML in the file is shown, not obeyed


@dataclass(frozen=True)
class Terms:
    """A version of the terms, and how a page shows it."""

    version: str
    html: str

    @classmethod
    def read(cls, path: Path) -> "Terms":
        """Raises BadFile where the file cannot be read, has no version or no text."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadFile(
                f"the terms of use cannot be read ({type(error).__name__})", where=str(path)
            ) from None
        header = HEADER.match(text)
        version = header["version"].strip() if header else ""
        if header is None or not version:
            raise BadFile(
                "begin the file with the lines ---, version: YOUR VERSION, --- and go on with the text",
                where=f"{path}: version",
            )
        body = text[header.end() :].strip()
        if not body:
            raise BadFile("there is no text after the version", where=f"{path}: text")
        return cls(version, str(_render(body)))

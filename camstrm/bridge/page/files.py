"""The browser page's files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from aiohttp import web

from camstrm.viewing.keys import KEYS_FILE
from camstrm.viewing.texts import LANGUAGES, table

__all__ = ["PAGE_FOLDER", "STATIC_FOLDER", "PageFiles"]

PAGE_FOLDER = Path(__file__).parent
STATIC_FOLDER = PAGE_FOLDER / "static"
"""What is served to everybody with the token; nothing else of the folder is."""

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    content_type: str


class PageFiles:
    """Holds the files of a folder in memory; a name from outside never becomes a path."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _File(path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(folder.rglob("*"))
            if path.suffix in _TYPES and path.is_file()
        }
        # What the page has in common with the Qt viewer.
        keys = (files("camstrm.viewing") / KEYS_FILE).read_bytes()
        self._files[KEYS_FILE] = _File(keys, _TYPES[".json"])
        for language in LANGUAGES:
            texts = json.dumps(dict(table(language)), ensure_ascii=False).encode()
            self._files[f"texts/{language}.json"] = _File(texts, _TYPES[".json"])

    def response(self, name: str) -> web.Response:
        """Return the file as a response; raise 404 if there is none of this name."""
        file = self._files.get(name)
        if file is None:
            raise web.HTTPNotFound(text=f"There is no {name!r} here.\n")
        charset = None if file.content_type in ("image/png", "image/x-icon") else "utf-8"
        return web.Response(body=file.content, content_type=file.content_type, charset=charset)

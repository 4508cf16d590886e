"""How ``make docs`` builds the documents to a site: Sphinx, with Markdown by MyST.

The source folder is the whole repository, so that documents may link to each other wherever they
are. No host is asked while the site is built or read: the theme brings its styles and scripts.
"""

import re
from typing import Any

project = "camstrm"
root_doc = "docs/README"
extensions = ["myst_parser"]
include_patterns = [
    "docs/*.md",
    "docs/decisions/*.md",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "camstrm/wire/FORMAT.md",
    "deploy/README.md",
    "gentl_profiles/README.md",
    "tests/fakes/README.md",
    "tests/vectors/README.md",
]
# Sphinx walks through every folder that is not excluded.
exclude_patterns = [".*", "**/.*", "build", "dist", "client_qt", "**/__pycache__"]

# Links to headings are those of a forge: "#what-was-not-tried".
myst_heading_anchors = 4
# "doctor" and "message" are names for tests, not languages; records of decisions have a list.
suppress_warnings = ["misc.highlighting_failure", "toc.not_included"]

html_theme = "furo"
html_title = "camstrm"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_extra_path = ["site"]
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}

_LINK = re.compile(r"^- \[([^\]]+)\]\(([\w./-]+\.md)\)", re.MULTILINE)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def add_navigation(_app: Any, document: str, source: list[str]) -> None:
    """Make the navigation from the lists of links of docs/README.md: there is one list."""
    if document == root_doc:
        _, *parts = _SECTION.split(source[0])
        for title, text in zip(parts[::2], parts[1::2], strict=True):
            entries = [f"{name} </docs/{link}>" for name, link in _LINK.findall(text)]
            if entries:
                head = f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n"
                source[0] += "\n" + head + "\n".join(entries) + "\n```\n"


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    app.connect("source-read", add_navigation)

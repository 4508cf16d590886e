"""What a person reads on the page comes from the table of texts, never from its code."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from camstrm.viewing.texts import table

STATIC = Path(str(files("camstrm.bridge.page") / "static"))

SHOWN = (
    r"(?:textContent|innerText|title|placeholder|alt|label|ariaLabel)\b\s*(?::|=(?!=))\s*",
    r"setText\([^\n]*?,\s*",
    r"writeLine\([^,\n]*,[^,\n]*,[^,\n]*,\s*",
    r"setAttribute\(\s*[\"'](?:aria-label|aria-description|aria-valuetext|title|placeholder|alt)[\"'],\s*",
    r"\b(?:announce|setCustomValidity|confirm|alert)\(\s*",
    r"\.(?:hint|append|replaceChildren|prepend)\([^\n]*?,\s*",
    r"\.(?:append|replaceChildren|prepend)\(\s*",
    r"\belement\([^\n]*\},\s*",
)
"""What comes before a text that will be seen, heard or hovered."""

LITERAL = r"(?:(?:(?!say\()[^,;\n])*?\?\s*)?(\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
TABLE = table("en")
ALLOWED = {"camstrm", "fps"}
"""Words that no language has another one for."""


def words(literal: str) -> set[str]:
    """Return the words of a literal that the code itself says."""
    said = re.sub(r"\$\{[^}]*\}", " ", literal[1:-1])
    if said in TABLE:
        return set()
    return {word for word in re.findall(r"[^\W\d_]{2,}", said) if word not in ALLOWED}


def literals(code: str) -> list[str]:
    """Return the literals with words that are shown by ``code``."""
    return [
        found[1]
        for before in SHOWN
        for found in re.finditer(before + LITERAL, code)
        if words(found[1])
    ]


def test_the_search_finds_what_it_is_for() -> None:
    for code in (
        'element("p", { textContent: "Lost" })',
        "line.textContent = 'Lost';",
        "line.textContent = gone ? `Lost since ${time}` : other;",
        'setText(this.#parts.name, "Lost");',
        'field.setAttribute("aria-label", "Search");',
        'services.hint(camera.index, "Draw");',
        'services.announce("Saved");',
        'element("label", {}, "Search ", field)',
        'box.append("Search", field)',
    ):
        assert literals(code), code
    for code in (
        'element("button", { textContent: "\N{MULTIPLICATION SIGN}", title: say("shell.close") })',
        'setText(name, say("strip.lost"));',
        "line.textContent = `${name}: ${value} \N{MIDDLE DOT} ${unit}`;",
        'if (line.textContent === "Lost") return;',
    ):
        assert literals(code) == [], code


def test_no_text_of_the_page_stands_in_its_code() -> None:
    scripts = sorted(STATIC.rglob("*.js"))
    assert len(scripts) > 50
    found = {
        str(script.relative_to(STATIC)): shown
        for script in scripts
        if (shown := literals(script.read_text("utf-8")))
    }
    assert found == {}


def test_no_text_stands_in_the_document_but_what_has_no_language() -> None:
    document = (STATIC / "index.html").read_text("utf-8")
    document = re.sub(r"<noscript>.*?</noscript>", "", document, flags=re.DOTALL)
    texts = {text.strip() for text in re.findall(r">([^<]+)<", document)} - {""}
    assert texts <= {"camstrm", "\N{TRIGRAM FOR HEAVEN}", "fps", "\N{EN DASH}", "0"}
    assert re.findall(r"\b(?:title|aria-label|placeholder|alt)=\"([^\"]+)\"", document) == []

"""No widget has words of its own: all are in the one table, in two languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import client_qt

ROOT = Path(client_qt.__file__).parent
ROOMS = ("widgets", "panels", "tools", "connections", "session")

SHOWS = {
    *("setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setTitle"),
    *("setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setPlainText"),
    *("setLabelText", "setInformativeText", "setDetailedText", "setHeaderLabels", "setSuffix"),
    *("setPrefix", "setTabText", "setItemText", "addAction", "addMenu", "addTab", "addItem"),
    *("addItems", "addRow", "showMessage", "insertItem", "setHtml", "setMarkdown"),
    *("getOpenFileName", "getSaveFileName", "getExistingDirectory", "getText", "getItem"),
    *("information", "warning", "question", "critical", "about", "announce", "hint", "note"),
    *("show_text", "show_problem", "show_note", "show_empty", "ask", "drawText"),
    *("QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QAction", "QMenu"),
    *("QGroupBox", "QMessageBox", "QListWidgetItem", "QStandardItem", "QDockWidget"),
    *("QProgressDialog", "QInputDialog", "QErrorMessage", "Sentence", "Card", "Segments"),
    *("plain_label", "plain_tip", "CallError", "Fetched", "Failure", "Link", "connection_lost"),
}
"""Functions whose words a person gets to see or to hear."""

SAYS_WORDS = {"problem", "remedy", "reason", "text", "title"}
"""Names whose words a person gets to see, where a literal is given to them."""

EXCEPTIONS = {
    "widgets/pop_outs.py": {" - camstrm"},
    "session/session.py": {"a picture could not be decoded: %s"},  # for the log
    "panels/events.py": {"server back", "server lost"},  # kinds of events, as the server has them
}
"""What is the same in all languages, by file."""


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the words of an expression that are not looked up."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for value in node.elts:
            yield from literals(value)


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_log(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == "_log"


def shown(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and words of all that a person would get to see untranslated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not is_log(node):
            given = node.args if name_of(node) in SHOWS else []
            named = [k.value for k in node.keywords if k.arg in SAYS_WORDS]
            for part in (*given, *named):
                yield from ((node.lineno, words) for words in literals(part))
        elif isinstance(node, ast.Assign):
            targets = [getattr(t, "attr", getattr(t, "id", "")) for t in node.targets]
            if any(target in SAYS_WORDS for target in targets):
                yield from ((node.lineno, words) for words in literals(node.value))


def is_prose(words: str) -> bool:
    """Return whether words are for people: keys and names of actions have no spaces."""
    return any(c.isalpha() for c in words) and (" " in words.strip() or words[0].isupper())


def test_the_scan_finds_words() -> None:
    source = 'label.setText("Not here")\nbox = QCheckBox(f"Take {n} of them")\nx = say("a.b")\n'
    assert [words for _, words in shown(ast.parse(source))] == ["Not here", "Take  of them"]


def test_widgets_have_no_words_of_their_own() -> None:
    found = []
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            allowed = EXCEPTIONS.get(name, set())
            for line, words in shown(ast.parse(file.read_text(encoding="utf-8"))):
                if is_prose(words) and words not in allowed:
                    found.append(f"client_qt/{name}:{line}: {words!r}")
    assert found == []

"""Write the pages that are made from the code: configuration, commands and keys.

``python -m docs.make_reference`` writes them; a test says when one is stale. What a key of the
configuration means stands in deploy/camstrm.toml, once for the file and for the page; its type,
limits and default come from the settings.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from camstrm.cli.parser import build_parser
from camstrm.config import Config
from camstrm.viewing.keys import viewer_actions
from camstrm.viewing.texts import Texts

__all__ = ["PAGES"]

ROOT = Path(__file__).parents[1]
REFERENCE_FILE = ROOT / "deploy/camstrm.toml"

_HEADER = re.compile(r"^(?:# )?\[\[?([a-z_.]+)\]\]?$")
_KEY = re.compile(r"^(?:# )?([a-z_]+) = ")

_CONFIGURATION = """\
# Configuration

<!-- Written by docs/make_reference.py from camstrm/config and deploy/camstrm.toml. -->

One TOML file has the settings of grabber and bridge. [deploy/camstrm.toml](../deploy/camstrm.toml)
is a complete one with every key; copy it and keep what you change. It is given to `camstrm up`, and
with `--config` to `camstrm grab`, `camstrm bridge`, `camstrm doctor`, `camstrm features`,
`camstrm token`, `camstrm url` and `camstrm support`.

A key that is not known, a wrong type or a value out of range is refused with file, line and key;
`camstrm doctor --config camstrm.toml` checks a file before you use it. Times are in seconds.
Relative file names start at the folder of the file; `~` is the user's home. Options on the command
line go before the file.

To change a system that runs, edit the file, check it with `camstrm grab --check --config FILE` or
`camstrm bridge --check --config FILE`, and send SIGHUP to grabber, bridge or `camstrm up`; for the
services that is `systemctl reload`, which checks the file itself. What was applied and what needs a
restart is in the log. [Servers](../deploy/README.md#changes-while-it-runs) has the list.
"""

_VARIABLES = """
## Environment variables

| variable | meaning |
| --- | --- |
| `CAMSTRM_TOKEN` | viewer, `camstrm features`: the token, kept out of the list of processes |
| `CAMSTRM_TOKEN_FILE` | bridge: file with the token to watch, where no `bridge.token_file` is set |
| `CAMSTRM_STATE_FOLDER` | bridge: folder of named tokens and audit file (`bridge.control.folder`) |
| `CAMSTRM_PUBLIC_URL` | bridge: how others address this server; printed, and its name is allowed |
| `CAMSTRM_CONFIG` | container: the configuration file (default: `/etc/camstrm/camstrm.toml`) |
| `CAMSTRM_CTI` | container: producers without a configuration, separated by `:` |

Makers' own variables (`MVCAM_COMMON_RUNENV`, `SPINNAKER_GENTL64_CTI` and others) are set by camstrm
for its camera processes, from the profiles; `camstrm doctor` shows which.
"""

_COMMANDS = """\
# Commands

<!-- Written by docs/make_reference.py from camstrm/cli/parser.py: what --help prints. -->

Exit codes: 0 done or stopped on request, 1 something does not work, 2 command line or
configuration wrong, 130 interrupted.
"""

_KEYS = """\
# Keys

<!-- Written by docs/make_reference.py from camstrm/viewing/keys.json. -->

The keys of the page and of the Qt viewer are the same. `?` shows this list in the viewer. Letters
go to a field first while one is being typed in. Escape leaves a panel, a zoomed picture and a
single camera, in this order.

| key | what it does | 기능 |
| --- | --- | --- |
"""


def configuration() -> str:
    """Return docs/configuration.md."""
    comments = _comments()
    parts = [_CONFIGURATION]
    for table, kind in _tables(Config):
        title = f"[[{table}]]" if table in ("producer", "camera") else f"[{table}]"
        parts.append(f"\n## `{title}`\n")
        intro = comments.get((table, ""), "")
        parts.append(f"\n{intro}\n\n" if intro else "\n")
        parts.append("| key | value | default | meaning |\n| --- | --- | --- | --- |\n")
        for field in inspect.type_info(kind).fields:  # type: ignore[attr-defined]  # of structs
            if isinstance(field.type, inspect.StructType):
                continue  # a table of its own
            name = field.encode_name
            meaning = comments.get((table, name), "") or comments.get((f"{table}.{name}", ""), "")
            default = _default(field)
            parts.append(f"| `{name}` | {_kind(field.type)} | {default} | {_cell(meaning)} |\n")
    return "".join([*parts, _VARIABLES])


def _tables(config: type) -> Iterator[tuple[str, type]]:
    """Yield the name of each table with the struct that describes it, in the file's order."""

    def below(prefix: str, kind: Any) -> Iterator[tuple[str, type]]:
        for field in inspect.type_info(kind).fields:  # type: ignore[attr-defined]  # of structs
            inner = field.type
            if isinstance(inner, inspect.Metadata):
                inner = inner.type
            if isinstance(inner, inspect.VarTupleType):
                inner = inner.item_type
            if isinstance(inner, inspect.StructType):
                yield f"{prefix}{field.encode_name}", inner.cls
                yield from below(f"{prefix}{field.encode_name}.", inner.cls)

    return below("", config)


def _comments() -> dict[tuple[str, str], str]:
    """Return what the reference file says of each (table, key), and of (table, "")."""
    found: dict[tuple[str, str], str] = {}
    table, waiting, last = "", "", ("", "")
    for line in REFERENCE_FILE.read_text("utf-8").splitlines():
        header, key = _HEADER.match(line), _KEY.match(line)
        if header is not None:
            table, last = header[1], (header[1], "")
            found.setdefault(last, waiting)
        elif key is not None:
            # Keys without a comment between them share the one above.
            last, before = (table, key[1]), found.get(last, "") if last[1] else ""
            found.setdefault(last, waiting or before)
        elif line.startswith("# ") and not line.startswith('# "'):
            waiting = f"{waiting} {line[2:]}".strip()
            continue
        waiting = ""
    return found


def _kind(kind: inspect.Type) -> str:
    """Return what a value is, in words."""
    if isinstance(kind, inspect.Metadata):
        extra = kind.extra or {}
        return str(extra["wanted"]) if "wanted" in extra else _kind(kind.type)
    if isinstance(kind, (inspect.IntType, inspect.FloatType)):
        what = "integer" if isinstance(kind, inspect.IntType) else "number"
        return what if kind.ge is None else f"{what}, {kind.ge:g} to {kind.le:.10g}"
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    if isinstance(kind, inspect.StrType):
        return "text"
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(f"`{json.dumps(value)}`" for value in kind.values)
    if isinstance(kind, inspect.VarTupleType):
        return f"list of: {_kind(kind.item_type)}"
    if isinstance(kind, inspect.DictType):
        return "table of names and values"
    raise TypeError(kind)


def _default(field: inspect.Field) -> str:
    """Return a key's default as TOML; empty where the key must be given."""
    if field.default is not msgspec.NODEFAULT:
        value = field.default
    elif field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    else:
        return "must be given"
    if isinstance(value, (dict, tuple)):
        reference = f"see [the file](../{REFERENCE_FILE.relative_to(ROOT)})"
        return "`[]`" if value == () else "empty" if not value else reference
    return f"`{json.dumps(msgspec.to_builtins(value))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def commands() -> str:
    """Return docs/commands.md."""
    parser = build_parser()
    (actions,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001  argparse has no public way
    parts = [_COMMANDS]
    for name, command in actions.choices.items():
        parts += [f"\n## camstrm {name}\n\n", *_help(command)]
        for inner in command._actions:  # noqa: SLF001  argparse has no public way
            if isinstance(inner, argparse._SubParsersAction):  # noqa: SLF001  argparse has no public way
                for action, options in inner.choices.items():
                    parts += [f"\n### camstrm {name} {action}\n\n", *_help(options)]
    return "".join(parts)


def _help(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a command's description and its options as Markdown.

    Not its --help: how argparse wraps and names things differs between versions of Python.
    """
    if parser.description:
        yield f"```text\n{parser.description}\n```\n\n"
    rows = list(_rows(parser))
    if rows:
        yield "| argument | meaning |\n| --- | --- |\n"
        yield from rows


def _rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a row of the table for each argument."""
    for action in parser._actions:  # noqa: SLF001  argparse has no public way
        if isinstance(action, argparse._SubParsersAction) or action.dest == "help":  # noqa: SLF001  argparse has no public way
            continue
        value = action.metavar or ("|".join(action.choices) if action.choices else "")
        names = ", ".join(action.option_strings)
        label = " ".join(filter(None, (names, str(value) if action.nargs != 0 else "")))
        yield f"| `{_cell(label)}` | {_cell(action.help or '')} |\n"


def keys() -> str:
    """Return docs/keys.md."""
    english, korean = Texts("en"), Texts("ko")
    parts, group = [_KEYS], ""
    for action in viewer_actions():
        if not action.keys:
            continue
        if action.group != group:
            group = action.group
            titles = (texts.say(f"group.{group}") for texts in (english, korean))
            parts.append("| | **{}** | **{}** |\n".format(*titles))
        label = action.shown or ", ".join(action.keys)
        only = {"qt": " (Qt viewer)", "page": " (page)"}.get(action.only, "")
        said = (texts.say(f"action.{action.id}") + only for texts in (english, korean))
        parts.append("| `{}` | {} | {} |\n".format(label, *said))
    return "".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands,
    "docs/configuration.md": configuration,
    "docs/keys.md": keys,
}
"""The pages with what makes them."""


def main() -> None:
    """Write all pages."""
    for page, make in PAGES.items():
        (ROOT / page).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()

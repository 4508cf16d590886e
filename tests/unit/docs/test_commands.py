"""Every command of the documents is one that camstrm, make or this repository has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from camstrm.cli.parser import build_parser
from camstrm.config import load_config
from camstrm.errors import ConfigError
from tests.documents import ROOT, Block, blocks, documents, inline

BLOCKS = [block for document in documents() for block in blocks(document)]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
FOREIGN = {"--build-arg", "--config", "--format", "--group", "--network-caching", "--secret"}
"""Options of other programs that the documents name in a sentence."""


def command_lines() -> Iterator[tuple[str, str]]:
    """Yield where each command line is, and the line: of boxes, and of code in sentences."""
    for block in BLOCKS:
        if block.language == "" and block.document.name != "ARCHITECTURE.md":  # its drawing
            text = block.text.replace("\\\n", " ")
            yield from ((str(block), line) for line in text.splitlines())
    for document in documents():
        yield from ((document.name, " ".join(text.split())) for text in inline(document))


def camstrm_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield the arguments of each ``camstrm ...``, whatever stands before it."""
    for place, line in command_lines():
        for part in re.split(r"\s&&\s|\s\|\s|;\s", line.split("   #")[0]):
            found = re.match(
                r"^(?:\S*/)?camstrm (?=[a-z])(.*)$",
                re.sub(r"^sudo (-u \w+ )?(env \S+ )?", "", part),
            )
            if found and not re.search(r"…| \.\.\. |\w\|\w", part):
                yield f"{place}: {line}", shlex.split(re.sub(r"\s*#.*$", "", found[1]))


COMMANDS = list(camstrm_commands())


def test_there_are_commands_of_each_kind() -> None:
    assert {words[0] for _, words in COMMANDS} >= {
        "bridge", "demo", "doctor", "features", "grab", "list", "token", "up", "view",
    }  # fmt: skip


def test_every_camstrm_command_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    parser, wrong = build_parser(), []
    names = {"bridge"}
    for place, words in COMMANDS:
        if len(words) == 1 and words[0] not in names:
            words = [*words, "--help"]  # a mention of the command, without what it needs
        elif words[0] == "token" and len(words) == 2:
            words = [*words, "--help"]
        try:
            parser.parse_args(words)
        except SystemExit as end:
            if end.code:
                wrong.append(f"{place}: {capsys.readouterr().err}")
    assert wrong == []


def test_every_make_target_exists() -> None:
    named = {
        target
        for _, line in command_lines()
        for target in re.findall(r"^(?:nice \S+ \S+ )?make(?: -C \S+)? ([a-z-]+)", line)
    }
    assert named >= {"demo", "test", "check", "bench", "docs", "rehearsal"}
    assert named <= TARGETS


def test_every_option_in_a_sentence_exists() -> None:
    """Those of whole command lines are read by the parser."""
    text = (ROOT / "docs/commands.md").read_text() + (ROOT / "bench/__main__.py").read_text()
    own = set(OPTION.findall(text)) | {"--help", "--version"}
    unknown = [
        f"{document.name}: {text}"
        for document in documents()
        for text in inline(document)
        if text.startswith("--") and not set(OPTION.findall(text)) <= own | FOREIGN
    ]
    assert unknown == []


CONFIGURATIONS = [
    block
    for block in BLOCKS
    if block.language == "toml" and block.document.parent.name != "gentl_profiles"
]


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=str)
def test_every_configuration_loads(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "camstrm.toml"
    file.write_text(block.text, "utf-8")
    try:
        load_config(str(file))
    except ConfigError as error:
        pytest.fail(str(error))


def test_there_are_configurations() -> None:
    assert len(CONFIGURATIONS) >= 3

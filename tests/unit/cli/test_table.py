from __future__ import annotations

import pytest

from camstrm.cli.table import TableWriter, format_table


def test_columns_are_as_wide_as_their_longest_text() -> None:
    text = format_table(("A", "LONG", "C"), [("1", "2", "3"), ("wide", "", "")])
    assert text.splitlines() == ["A     LONG  C", "1     2     3", "wide"]


def test_a_table_that_is_printed_in_parts(capsys: pytest.CaptureFixture[str]) -> None:
    writer = TableWriter(("A", "B"))
    writer.write([])
    writer.write([("1", "x")])
    writer.write([("long", "y"), ("2", "z")])
    writer.write([("3", "w")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["A  B", "1  x", "long  y", "2     z", "3     w"]


def test_a_table_without_rows_is_its_header() -> None:
    assert format_table(("SERIAL", "MODEL"), []) == "SERIAL  MODEL"


def test_wide_characters_take_two_columns() -> None:
    table = format_table(("A", "B"), (("왼쪽", "x"), ("left", "y")))
    assert table == "A     B\n왼쪽  x\nleft  y"

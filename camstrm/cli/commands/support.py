"""``camstrm support``: one archive for a bug report, with nothing private in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from camstrm.cli.options import SupportCommand
from camstrm.cli.progress import Progress
from camstrm.cli.support.archive import archive_path, write_archive
from camstrm.cli.support.collect import SupportFile, SupportOptions, collect
from camstrm.cli.support.known import scrubber_for
from camstrm.cli.table import format_table
from camstrm.config import Config, load_config
from camstrm.errors import ConfigError, UsageError

__all__ = ["run"]

_WHAT_IS_IN_IT = """\
Taken out: tokens, passwords, keys, cookies. Replaced by numbers: addresses ([net-1].17), names of
computers, users and tokens. In it: names, serial numbers and models of cameras, names of folders.
No pictures."""


def run(options: SupportCommand) -> int:
    """Collect, list, ask, write."""
    if not options.yes and (sys.stdin is None or not sys.stdin.isatty()):
        raise UsageError("nobody can be asked here (no terminal): add --yes to write the archive")
    path = archive_path(options.output)
    config, problem = _config(options.config)
    support = SupportOptions(
        config,
        str(Path(options.config).absolute()) if options.config else "",
        problem,
        os.environ,
        tuple(map(Path, options.log)),
    )
    scrubber = scrubber_for(config, os.environ)
    with Progress() as progress:
        files = list(collect(support, scrubber, lambda what: progress.show(f"collecting {what}")))
    _show(files)
    if not options.yes and not _confirmed(path):
        print("Nothing was written.")
        return 1
    write_archive(path, files)
    size = path.stat().st_size
    print(f"Written: {path} ({size / 1000:.0f} kB). To look into it: tar -xzf {path.name}")
    return 0


def _config(file: str | None) -> tuple[Config, str]:
    """Return the configuration, and what is wrong with it: that may be what is reported."""
    if not file:
        return Config(), ""
    try:
        return load_config(file), ""
    except ConfigError as error:
        if not os.path.isfile(file):
            raise
        return Config(), str(error)


def _show(files: Sequence[SupportFile]) -> None:
    rows = [(file.name, f"{len(file.data) / 1000:.1f} kB", file.what) for file in files]
    print(f"{format_table(('FILE', 'SIZE', 'WHAT'), rows)}\n\n{_WHAT_IS_IN_IT}\n")


def _confirmed(path: Path) -> bool:
    try:
        answer = input(f"Write {path}? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")

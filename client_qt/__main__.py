"""``python -m client_qt URL``, and ``camstrm-viewer``: the viewer without the rest of camstrm."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Nothing is loaded before run() can take a Ctrl-C: a traceback is no answer to one.
    from collections.abc import Sequence

EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, *, windowed: bool = False) -> int:
    """Run the viewer; return 0, or 2 with a message when it cannot start.

    ``windowed``: the message is shown in a window, too.
    """
    import argparse
    import logging
    import signal
    from pathlib import Path

    from camstrm.client.process_list import hide_tokens
    from camstrm.errors import CamstrmError
    from camstrm.log_lines import TextFormatter
    from client_qt.app import quit_viewer, show_error
    from client_qt.command import add_view_options, run_with

    if arguments is None:
        hide_tokens()
    parser = argparse.ArgumentParser(
        # A frozen program has a name of its own.
        prog=Path(sys.argv[0]).stem if getattr(sys, "frozen", False) else "python -m client_qt",
        description="Watch the cameras of a camstrm server.",
    )
    add_view_options(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    options = parser.parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter())
    level = logging.INFO if options.verbose else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: quit_viewer())
    try:
        return run_with(options)
    except CamstrmError as error:
        if sys.stderr is None or windowed:
            show_error(str(error))
        if sys.stderr is not None:
            sys.stderr.write(f"camstrm view: {error}\n")
        return 2


def run(*, windowed: bool = True) -> None:
    """Run as camstrm-viewer, the program of the desktop's menu: a mistake is shown in a window."""
    try:
        code = main(windowed=windowed)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    run(windowed=False)

"""Entry point: parse, run one command, turn errors into one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Nothing is loaded before run() can take a Ctrl-C: a traceback is no answer to one.
    from collections.abc import Sequence

__all__ = ["main", "open_streams", "run"]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done, or a service that was asked to stop; 1: something does not work; 2: command
    line or configuration is wrong; 130: interrupted before it was done.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name in a language that this terminal cannot show must not make a command fail.
            stream.reconfigure(errors="backslashreplace")
    # Here: a Ctrl-C while these are loaded ends as one that comes later, see run().
    from camstrm.client.process_list import hide_tokens

    if arguments is None:
        hide_tokens()
    from camstrm.cli.install import install_command
    from camstrm.cli.log import complain
    from camstrm.cli.parser import build_parser
    from camstrm.errors import CamstrmError, ConfigError, UsageError

    options = build_parser().parse_args(arguments)
    try:
        code = int(options.command(options))
        if sys.stdout is not None:
            # Here, not at the interpreter's end, where a broken pipe cannot be caught.
            sys.stdout.flush()
        return code
    except CamstrmError as error:
        complain(str(error))
        return EXIT_USAGE if isinstance(error, (ConfigError, UsageError)) else EXIT_FAILED
    except ModuleNotFoundError as error:
        from camstrm.cli.checks.packages import extra_with

        extra = extra_with((error.name or "").partition(".")[0])
        if extra is None:
            raise
        complain(
            f"this command needs {error.name}, which is not installed. "
            f"Install it with: {install_command(extra)}"
        )
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        _drop_output()
        return 0
    except OSError as error:
        if error.errno not in _OUTPUT_ERRORS or error.filename is not None:
            raise
        _drop_output()
        complain(f"the output cannot be written ({error.strerror})")
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _drop_output() -> None:
    """Let what is still buffered go nowhere: the interpreter flushes it again at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


_OUTPUT_ERRORS = (errno.ENOSPC, errno.EIO, errno.EBADF)
"""A full disk, or a terminal that is gone, behind standard output."""


def open_streams() -> None:
    """Let those of standard input, output and error that are closed go nowhere.

    The next file or connection would get the number of a closed one, and a library that writes to
    standard error would write into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free: its own.
            stream = open(os.devnull, "w" if number else "r")  # noqa: PTH123, SIM115
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def run() -> None:
    """Run as the installed command."""
    open_streams()
    try:
        code = main()
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    sys.exit(code)

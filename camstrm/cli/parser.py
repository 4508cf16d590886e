"""The command line: commands, options and the help that teaches them."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from camstrm import __version__
from camstrm.cli.arguments import add_cti, add_repeatable
from camstrm.cli.control_arguments import add_features, add_token
from camstrm.errors import UsageError
from camstrm.log_lines import LOG_FORMATS

__all__ = ["build_parser"]

_DESCRIPTION = """\
Watch industrial cameras of any maker from another room.

camstrm grabs GenICam cameras through their makers' GenTL producers (.cti files) and
shows the newest picture of each, to any number of browsers and Qt viewers."""

_EPILOG = """\
first steps:
  camstrm demo                              three simulated cameras; open the URL it prints
  camstrm doctor                            why a camera does not show up, and how to fix it
  camstrm list --cti /opt/MVS/lib/64/MvProducerU3V.cti
  camstrm up camstrm.toml                   bridge and grabber to stay (see deploy/camstrm.toml)
  camstrm view ws://server:8765             the Qt viewer, on the machine where you sit

exit codes: 0 done (or stopped on request), 1 something does not work,
            2 command line or configuration wrong, 130 interrupted"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors say where to look, and what may have been meant."""

    def error(self, message: str) -> NoReturn:
        """Print usage, mistake and hint; exit with code 2."""
        wrong = _WRONG_COMMAND.search(message)
        if wrong is not None:
            import difflib

            near = difflib.get_close_matches(wrong[1], _COMMANDS, n=1)
            message = f"there is no command {wrong[1]!r}"
            message += f"; did you mean {near[0]!r}?" if near else ""
        elif message.endswith("required: COMMAND"):
            message = "a command is missing"
        super().error(f"{message}\n{self.prog}: '{self.prog} --help' explains it")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; ``options.command(options)`` runs the chosen command."""
    parser: argparse.ArgumentParser = _Parser(
        prog="camstrm",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"camstrm {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in _COMMANDS.items():
        options = commands.add_parser(
            name,
            help=command.summary,
            description=command.description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        options.set_defaults(command=_command(command.module or name))
        command.add_options(options)
    return parser


_WRONG_COMMAND = re.compile(r"^argument COMMAND: invalid choice: '([^']*)'")

_LONGEST_SCAN_S = 600
"""A GigE producer needs about 1 s for each interface; more than this is a typing mistake."""

_SERVER_MODULES = ("grab", "bridge", "up", "demo", "url", "token")


def _command(module: str) -> Callable[[argparse.Namespace], int]:
    """Return a function that imports a command's module only when it is run."""

    def run(options: argparse.Namespace) -> int:
        if sys.platform == "win32" and module in _SERVER_MODULES:
            raise UsageError(
                "grabber and bridge need Linux: Python has no UNIX sockets on Windows. Here "
                "'camstrm view URL' shows the cameras of a server"
            )
        return int(importlib.import_module(f"camstrm.cli.commands.{module}").run(options))

    return run


class _Command(NamedTuple):
    summary: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], None]
    module: str = ""
    """In ``camstrm.cli.commands``, where it is not called as the command."""


def _log_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        help="how much is logged on standard error (default: that of the configuration, or info)",
    )
    parser.add_argument(
        "--log-format",
        choices=LOG_FORMATS,
        help="lines for people, or one JSON object a line for programs (default: that of the "
        "configuration, or text)",
    )


def _bridge_options(parser: argparse.ArgumentParser, host: str = "") -> None:
    host = host or "that of the configuration, or 0.0.0.0: reachable from other machines"
    parser.add_argument("--host", metavar="ADDRESS", help=f"address to listen on (default: {host})")
    parser.add_argument("--port", type=int, metavar="N", help="TCP port (default: 8765)")
    parser.add_argument(
        "--no-auth",
        action="store_true",
        help="turn authentication off: everybody who reaches the port sees the cameras",
    )
    parser.add_argument(
        "--access-log",
        action="store_true",
        help="log every HTTP request (otherwise those that fail, and viewers that come and go)",
    )


def _check_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help="only check the configuration and its files: exit code 0 if they are right, else 2",
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    _bridge_options(parser, "127.0.0.1: this machine only")
    parser.set_defaults(log_level="warning", log_format=None)


def _list(parser: argparse.ArgumentParser) -> None:
    add_cti(parser)
    _timeout_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def _timeout_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=_positive_seconds,
        default=30.0,
        metavar="S",
        help="seconds after which a producer that does not answer is given up (default: 30); "
        "a GigE producer needs about 1 s for each network interface",
    )


def _positive_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _LONGEST_SCAN_S:
        raise argparse.ArgumentTypeError(f"wanted more than 0, at most {_LONGEST_SCAN_S} s")
    return seconds


def _doctor(parser: argparse.ArgumentParser) -> None:
    add_cti(parser)
    parser.add_argument("--config", metavar="FILE", help="check a configuration and its cameras")
    add_repeatable(
        parser,
        "--serial",
        "S",
        "check this camera, as 'camstrm list' prints it (a serial number, or id:DEVICE_ID); "
        "may be repeated. With --open only these are opened",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="also open the cameras that nobody uses, and compare their frame size, rate and "
        "packet size with the link",
    )
    _timeout_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def _support(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="configuration of the system")
    add_repeatable(
        parser,
        "--log",
        "FILE",
        "a log file whose last lines go into the archive; may be repeated. The journal of "
        "the services is in it anyway",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="the archive, or a folder for it (default: camstrm-support-TIME.tar.gz here)",
    )
    parser.add_argument("--yes", action="store_true", help="write it without asking")


def _grab(parser: argparse.ArgumentParser) -> None:
    add_cti(parser, "those of the configuration, or all that are installed")
    add_repeatable(
        parser,
        "--serial",
        "S",
        "a camera's serial number, or id:DEVICE_ID where it has none of its own (as 'camstrm "
        "list' prints it); may be repeated. Viewers show the cameras in the order given. "
        "Without it: the configuration's cameras, or all that are found",
    )
    parser.add_argument("--config", metavar="FILE", help="configuration (see deploy/camstrm.toml)")
    parser.add_argument(
        "--fps", type=float, metavar="N", help="bundles per second, 1 to 60 (default: 30)"
    )
    parser.add_argument("--socket", metavar="PATH", help="UNIX socket of the bridge")
    parser.add_argument(
        "--standby",
        action="store_true",
        help="if the bridge has another grabber, wait until that one ends instead of ending with "
        "exit code 1 (for services)",
    )
    parser.add_argument(
        "--single-process",
        action="store_true",
        help="no camera processes, everything in this one (debugging only: one camera's "
        "trouble stops all)",
    )
    _check_option(parser)
    _log_option(parser)


def _bridge(parser: argparse.ArgumentParser) -> None:
    _bridge_options(parser)
    parser.add_argument("--config", metavar="FILE", help="configuration (see deploy/camstrm.toml)")
    parser.add_argument("--socket", metavar="PATH", help="UNIX socket for the grabber")
    _check_option(parser)
    _log_option(parser)


def _url(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the bridge's configuration, if it has one"
    )
    parser.add_argument("--host", metavar="ADDRESS", help="as given to the bridge, if it was")
    parser.add_argument("--port", type=int, metavar="N", help="as given to the bridge, if it was")


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="CONFIG", help="configuration file")
    parser.set_defaults(socket=None)
    _bridge_options(parser)
    _log_option(parser)


def _view(parser: argparse.ArgumentParser) -> None:
    from client_qt.command import add_view_options

    add_view_options(parser)


_COMMANDS = {
    "demo": _Command(
        "three simulated cameras, grabber, bridge and page",
        "Show three simulated cameras of the producer that the genicam package ships, through\n"
        "all the parts that real ones use. Prints a URL to watch and one to control: open one in\n"
        "a browser, or give it to 'camstrm view'. Ctrl-C ends everything.",
        _demo,
    ),
    "list": _Command(
        "cameras found",
        "List the cameras that the producers see: vendor, model, serial number, bus, access.\n"
        'ACCESS is what the producer reports, or "streamed by camstrm" while a grabber runs.\n'
        "Serial numbers are text: write them in quotes in the configuration.",
        _list,
        "list_cameras",
    ),
    "doctor": _Command(
        "why a camera does not show up",
        "Check packages, producers, environment and system settings, and print what to do.\n"
        "Cameras are listed, not opened. Exit code 1 if something will not work.",
        _doctor,
    ),
    "support": _Command(
        "one archive for a bug report",
        "Collect what a bug report needs: findings of doctor, versions, configuration, the last\n"
        "log lines, status and counters of the running bridge. The files are listed, and you are\n"
        "asked, before anything is written. Works without a running system.\n\n"
        "Taken out are tokens, passwords, keys and cookies. Addresses and the names of computers,\n"
        "users and tokens are replaced by numbers. Names, serial numbers and models of cameras\n"
        "stay. There are no pictures in it.\n\n"
        "  camstrm support --config camstrm.toml\n"
        "  camstrm support --log grab.log --output /tmp --yes",
        _support,
    ),
    "grab": _Command(
        "grab cameras and send bundles to the bridge",
        "Grab all cameras at full rate; encode and send the newest picture of each while\n"
        "somebody watches. The bridge may be started before or after.\n\n"
        "  camstrm grab --cti /opt/MVS/lib/64/MvProducerU3V.cti\n"
        "  camstrm grab --cti A.cti --cti B.cti --serial DA9795503 --serial 20068364\n"
        "  camstrm grab --config camstrm.toml",
        _grab,
    ),
    "bridge": _Command(
        "the server that viewers connect to",
        "Take bundles from the grabber over a UNIX socket and hand the newest to every\n"
        "viewer: page at /, WebSocket at / and /ws, /cam/NAME.jpg, /cam/NAME.mjpg,\n"
        "/api/status, /healthz, /readyz, /metrics. It lives on when the grabber dies.\n\n"
        "Viewers need the token of the URLs that it prints in a terminal, and 'camstrm url' at\n"
        "any time. The token to watch is made on the first start and stored in\n"
        "~/.local/state/camstrm/token, or in the file that bridge.token_file of the\n"
        "configuration or CAMSTRM_TOKEN_FILE names; that to control in control-token beside it.\n"
        "Tokens with a name and a role of their own: 'camstrm token'.",
        _bridge,
    ),
    "up": _Command(
        "bridge and grabber, supervised",
        "Run bridge and grabber with one configuration and restart whichever ends. For\n"
        "servers without systemd, and for trying a configuration.",
        _up,
    ),
    "url": _Command(
        "the addresses of the bridge, with their tokens",
        "Print what to open in a browser or to give to 'camstrm view': an address to watch and\n"
        "one to control. The bridge prints them itself when it starts in a terminal; as a service\n"
        "it does not, because a log is read by many. Run it as the bridge's user, with its\n"
        "environment:\n\n"
        "  camstrm url\n"
        "  sudo -u camstrm env XDG_STATE_HOME=/var/lib camstrm url --config camstrm.toml",
        _url,
    ),
    "token": _Command(
        "who may watch, control and administer",
        "Give people tokens of their own, with a role, and take them back. A running bridge\n"
        "notices within seconds. Run it as the user of the bridge.\n\n"
        "  camstrm token add anna --role control --expires 30d\n"
        "  camstrm token list\n"
        "  camstrm token revoke anna",
        add_token,
    ),
    "view": _Command(
        "the Qt viewer",
        "Watch the cameras of a server. URL: ws://server:8765, or the URL with the token\n"
        "that 'camstrm bridge' printed, in quotes.",
        _view,
    ),
    "features": _Command(
        "read and write GenICam features of a camera",
        "List a camera's features with value and limits, or set some of them: through the\n"
        "server that runs here, beside the stream, or by opening a camera that is free.\n\n"
        "  camstrm features DA9795503 --find exposure\n"
        "  camstrm features DA9795503 --set ExposureTime=2000\n"
        "  camstrm features DA9795503 --set Width=320 --stop   stops this camera for a moment\n"
        "  camstrm features DA9795503 --keep camstrm.toml      writes what was set there\n"
        "  camstrm features DA9795503 --save day.pfs           and --diff, --load day.pfs\n\n"
        "ACCESS is rw, ro, wo (can only be written) or na (not available now: another setting\n"
        "hides it). What a model does not implement is not listed. A value that cannot be\n"
        "read is '?' with the reason.",
        add_features,
    ),
}
"""In the order of the help."""

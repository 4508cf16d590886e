"""The options of ``camstrm view`` and of ``camstrm-viewer``, which are the same."""

from __future__ import annotations

import argparse
import os
from typing import Protocol

from camstrm.client.address import TOKEN_VARIABLE, find_token
from client_qt.app import run_viewer

__all__ = ["ViewOptions", "add_view_options", "run_with"]


class ViewOptions(Protocol):
    """What the options give."""

    url: list[str]
    token: str | None
    token_file: str | None
    insecure: bool
    ca: str | None
    proxy: str | None
    kiosk: bool


def add_view_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    parser.add_argument(
        "url",
        metavar="URL",
        nargs="*",
        help="ws://server:8765, the whole address that the server prints, or a camstrm:// link; "
        "several servers share one window; without one the viewer asks",
    )
    parser.add_argument(
        "--token",
        metavar="T",
        help=f"token of the server; better {TOKEN_VARIABLE} or --token-file: the shell keeps a "
        "command in its history, and on Windows the list of processes shows it",
    )
    parser.add_argument("--token-file", metavar="FILE", help="file that holds the token")
    parser.add_argument(
        "--ca", metavar="FILE", help="trust the certificates in this PEM file, too (wss://)"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="accept any TLS certificate (wss://)"
    )
    parser.add_argument(
        "--proxy",
        metavar="PROXY",
        nargs="?",
        const="system",
        help="reach the cameras through the system's proxy, or through http://host:port or "
        "socks5://host:port (default: none, whatever the system has set)",
    )
    parser.add_argument(
        "--kiosk",
        action="store_true",
        help="a wall monitor: the pictures and what is wrong fill the screen, without menus",
    )


def run_with(options: ViewOptions) -> int:
    """Run the viewer; return its exit code."""
    token = find_token(options.token, options.token_file, os.environ)
    if options.token is None and options.token_file is None and len(options.url) != 1:
        token = None  # that of the environment is for one server, and nobody knows for which
    return run_viewer(
        *options.url,
        token=token,
        insecure=options.insecure,
        ca=options.ca,
        proxy=options.proxy,
        kiosk=options.kiosk,
    )

"""The arguments of the commands that change something: features and tokens."""

from __future__ import annotations

import argparse

from camstrm.cli.arguments import INSTALLED, add_cti, add_repeatable

__all__ = ["add_features", "add_token"]


def add_features(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``camstrm features``."""
    parser.add_argument(
        "serial",
        metavar="SERIAL",
        help="serial number of the camera, as 'camstrm list' prints it, or its name in a server",
    )
    add_cti(parser, f"a server that runs and has the camera, else {INSTALLED}")
    add_repeatable(
        parser,
        "--set",
        "NAME=VALUE",
        "set a feature and print only that; may be repeated, in the order given. The "
        "automatic that owns a feature is switched off first (ExposureAuto for ExposureTime), as "
        "with a configuration. A number out of range becomes the nearest possible one",
    )
    parser.add_argument(
        "--find",
        metavar="TEXT",
        help="list only features with this text in name, display name or tool tip",
    )
    parser.add_argument(
        "--save",
        metavar="FILE",
        help="write the settings to a GenApi persistence file (.pfs, .mfs)",
    )
    parser.add_argument("--load", metavar="FILE", help="set what such a file says, line by line")
    parser.add_argument(
        "--diff",
        metavar="FILE",
        help="print how such a file, or a configuration (.toml), differs from the camera",
    )
    parser.add_argument(
        "--keep",
        metavar="FILE",
        help="write what was set while the camera ran into this configuration; its comments stay",
    )
    parser.add_argument(
        "--stop",
        action="store_true",
        help="let a running server stop this camera for a moment, for what is locked while it "
        "streams",
    )
    parser.add_argument(
        "--server",
        metavar="URL",
        help="a server on another machine (default: the one on this machine, if it has the camera)",
    )
    parser.add_argument(
        "--ca",
        metavar="FILE",
        help="trust the certificates in this PEM file, too (with --server wss://)",
    )
    parser.add_argument(
        "--token",
        metavar="TEXT",
        help="the server's token to control; better $CAMSTRM_TOKEN or --token-file: the shell "
        "keeps a command in its history",
    )
    parser.add_argument("--token-file", metavar="FILE", help="file that holds it")
    parser.add_argument(
        "--config", metavar="FILE", help="configuration of this machine's server, if it has one"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON for programs; numbers that JSON cannot express are the texts NaN, "
        "Infinity and -Infinity",
    )


def add_token(parser: argparse.ArgumentParser) -> None:
    """Add the actions of ``camstrm token`` and their options."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    add = actions.add_parser("add", help="make a token and print it, only this once")
    add.add_argument("name", metavar="NAME", help="whose it is: 1 to 64 characters")
    add.add_argument(
        "--role",
        choices=("view", "control", "admin"),
        required=True,
        help="view: watch. control: change what the rules allow, while holding the camera's "
        "lease. admin: change all but what the deny-list forbids, and take a lease from others",
    )
    add.add_argument(
        "--expires", metavar="TIME", help="valid for 90m, 12h, 30d, 8w (default: until revoked)"
    )
    add.add_argument(
        "--camera",
        metavar="NAME",
        action="append",
        default=[],
        help="may watch this camera only, by its name; may be repeated (with --role view)",
    )
    listing = actions.add_parser("list", help="print names, roles and when they expire")
    revoke = actions.add_parser("revoke", help="end a token; whoever uses it is disconnected")
    revoke.add_argument("name", metavar="NAME", help="as 'camstrm token list' prints it")
    for action in (add, listing, revoke):
        action.add_argument(
            "--config", metavar="FILE", help="the bridge's configuration, if it has one"
        )

"""What each operation has: a struct of ``with``, one of ``result``, and what does it."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Arguments", "Operation", "Result"]


class Arguments(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what a call carries in ``with``; an operation without arguments has this one."""


class Result(Struct, frozen=True, omit_defaults=True):
    """Base of what a reply carries in ``result``; an operation with nothing to say has this one."""


class Operation(Struct, frozen=True):
    """What belongs to the ``do`` of a call.

    ``data``: bytes come with the reply. ``server``: it is asked of the server, which answers
    itself, and the call's ``camera`` means nothing.
    """

    arguments: type[Arguments]
    result: type[Struct]
    data: bool = False
    server: bool = False

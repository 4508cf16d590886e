"""Harvesters' node maps of GenTL modules: only the camera needs one, and it may be repaired.

Harvesters 1.4.3 makes a node map for each module. A module without XML (GenTL allows it) or
with one that the parser refuses is an exception there, and the error that comes out for a
refused XML is a later one ("reference not valid").
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from camstrm.acquisition.features.camera_xml import RefusedXmlError, load_node_map, read_xml
from camstrm.acquisition.gentl.binding import genapi

__all__ = ["CommandlessNodes", "ask_only_cameras_for_xml", "xml_file", "xml_repairs"]

_log = logging.getLogger(__name__)

_NO_FEATURES = b"""<?xml version="1.0" encoding="utf-8"?>
<RegisterDescription ModelName="None" VendorName="camstrm" StandardNameSpace="None"
 SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0" MajorVersion="1"
 MinorVersion="0" SubMinorVersion="0" ToolTip="" ProductGuid="00000000-0000-0000-0000-000000000000"
 VersionGuid="00000000-0000-0000-0000-000000000000"
 xmlns="http://www.genicam.org/GenApi/Version_1_1">
<Category Name="Root"/></RegisterDescription>"""
"""A node map without any XML raises for every name; this one has no features."""


def ask_only_cameras_for_xml() -> None:
    """Let Harvesters go on without the XML of any module but the camera (once per process)."""
    from harvesters.core import Module

    original = vars(Module)["_create_node_map"]
    if not isinstance(original, partialmethod):
        Module._create_node_map = partialmethod(_node_map, original)  # noqa: SLF001  # no public place


def xml_repairs(remote_device: Any) -> tuple[str, ...]:
    """Return what had to be repaired in the XML of Harvesters' RemoteDevice."""
    repairs: tuple[str, ...] = vars(remote_device).get("xml_repairs", ())
    return repairs


def xml_file(remote_device: Any) -> bytes:
    """Return the XML of Harvesters' RemoteDevice as the camera has it, also as a zip file."""
    data: bytes = vars(remote_device)["xml_file"]
    return data


def _node_map(module: Any, original: Callable[..., Any], **arguments: Any) -> Any:
    """Take the place of Harvesters' method, ``original``, that makes the node map of a module."""
    from harvesters.core import ConcretePort, RemoteDevice

    if not isinstance(module, RemoteDevice):
        try:
            return original(module, **arguments)
        except (genapi.GenericException, AssertionError, NotImplementedError, ValueError) as error:
            # AssertionError: a file of 0 bytes. NotImplementedError: it is on a web site.
            # ValueError: a URL in another form.
            _log.debug("%s without features: %s", type(module).__name__, error)
            node_map, _ = load_node_map(_NO_FEATURES)
            return node_map
    port = arguments["port"]
    try:
        data = read_xml(port)
    except ValueError as error:
        raise RefusedXmlError(f"its URL cannot be read: {error}") from None
    node_map, repairs = load_node_map(data)
    node_map.connect(ConcretePort(port), port.name)
    module.xml_repairs = repairs
    module.xml_file = data
    return node_map


class CommandlessNodes:
    """A camera's node map as Harvesters' start and stop may see it.

    They execute AcquisitionStart and AcquisitionStop and write TLParamsLocked without asking
    whether these exist or can be written: a camera that has none streams as soon as its data
    stream is started, and a lock that only the camera sets is not ours. AcquisitionMode is
    not shown: Harvesters would announce as many buffers as AcquisitionFrameCount says.
    """

    def __init__(self, node_map: Any) -> None:
        self.node_map = node_map  # the whole one

    def __getattr__(self, name: str) -> Any:
        if name == "AcquisitionMode":
            raise AttributeError(name)
        node = getattr(self.node_map, name, None)
        access = None if node is None or not hasattr(node, "node") else node.node.get_access_mode()
        if name in ("AcquisitionStart", "AcquisitionStop"):
            return _NoCommand() if access in (None, genapi.EAccessMode.NI) else node
        if name == "TLParamsLocked":
            if access not in (genapi.EAccessMode.WO, genapi.EAccessMode.RW):
                raise AttributeError(name)
            return _Lock(node)
        if node is None:
            raise AttributeError(name)
        return node


class _NoCommand:
    def execute(self) -> None:
        """Do nothing: the camera has no such command."""


class _Lock:
    def __init__(self, node: Any) -> None:
        self._node = node

    @property
    def value(self) -> Any:
        """Whether the camera's stream parameters are locked."""
        return self._node.value

    @value.setter
    def value(self, value: Any) -> None:
        try:
            self._node.value = value
        except genapi.GenericException as error:
            # The camera streams without it; a camera that is gone fails at the next command.
            _log.debug("TLParamsLocked: %s", error)

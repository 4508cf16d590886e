"""Scenes with the simulator under real Harvesters, each in a process of its own.

:func:`play` starts ``python -m tests.simulator.harvesters_child SCENE`` with keyword
arguments as JSON on standard input and returns what the scene returned.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.fakes.gentl.producers import child_environment

__all__ = ["play"]

_TIMEOUT_S = 60.0
_FETCH_S = 5.0


def play(scene: str, variables: Mapping[str, str], **arguments: Any) -> Any:
    """Run a scene in a child whose environment has ``variables`` too."""
    arguments = {k: str(v) if isinstance(v, Path) else v for k, v in arguments.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulator.harvesters_child", scene],
        env=child_environment(**variables),
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{scene} ended with {done.returncode}:\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def _acquirer(cti: str, serial: str) -> tuple[Any, Any]:
    from harvesters.core import Harvester

    harvester = Harvester()
    harvester.add_file(cti, check_existence=True, check_validity=True)
    harvester.update()
    return harvester, harvester.create({"serial_number": serial})


def _end(harvester: Any, acquirer: Any) -> None:
    acquirer.destroy()
    harvester.reset()


def walk(cti: str, serial: str) -> dict[str, Any]:
    """Read every feature of every node map, and write back what was read, and the limits."""
    from camstrm.acquisition.features.access import write_feature
    from camstrm.acquisition.features.camera_xml import read_xml
    from camstrm.acquisition.features.description import describe_camera
    from camstrm.acquisition.features.state import read_states

    harvester, acquirer = _acquirer(cti, serial)
    modules = {
        "remote": acquirer.remote_device,
        "device": acquirer.device,
        "stream": acquirer.data_streams[0],
        "interface": acquirer.device.parent,
        "system": acquirer.system,
    }
    node_maps = {name: module.node_map for name, module in modules.items()}
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, module in modules.items():
        description = describe_camera(read_xml(module.port))
        states = read_states(module.node_map, description, description.names)
        rows[name] = [
            {
                "name": info.name,
                "type": info.type,
                "access": states[info.name].access,
                "value": states[info.name].value,
                "entries": states[info.name].entries,
                "limits": [states[info.name].minimum, states[info.name].maximum],
            }
            for info in description.features
        ]
    refused = []
    for name, node_map in node_maps.items():
        for row in rows[name]:
            if row["access"] != "RW" or row["type"] == "command":
                continue
            values = row["entries"] or row["limits"]
            for value in (*values, row["value"]):
                if value is None:
                    continue
                result = write_feature(node_map, row["name"], value)
                if not result.applied:
                    refused.append(str(result))
    names = {name: sorted(dir(node_map)) for name, node_map in node_maps.items()}
    _end(harvester, acquirer)
    return {"rows": rows, "refused": refused, "names": names}


def script(cti: str, serial: str, steps: list[list[Any]]) -> list[Any]:
    """Do steps one after the other; return the result of each.

    ["set", NAME, VALUE]: True or why not. ["clamp", NAME, VALUE]: the value that it has then.
    ["get", NAME]. ["limits", NAME]: [min, max]. ["entries", NAME]. ["start"], ["stop"].
    ["fetch"]: [width, height, bytes] of a frame, None for none. ["stream", NAME, VALUE].
    """
    from camstrm.acquisition.features.access import enum_entries, find_node, read_feature
    from camstrm.acquisition.features.access import write_feature as write

    harvester, acquirer = _acquirer(cti, serial)
    nodes = acquirer.remote_device.node_map

    def put(node_map: Any, name: str, value: Any) -> Any:
        result = write(node_map, name, value, clamp=False)
        return result.reason or result.applied

    def limits(name: str) -> list[Any]:
        node = find_node(nodes, name)
        return [None, None] if node is None else [node.min, node.max]

    def fetch(timeout_s: float = _FETCH_S) -> Any:
        buffer = acquirer.try_fetch(timeout=timeout_s)
        if buffer is None:
            return None
        with buffer:
            (component,) = buffer.payload.components
            return [component.width, component.height, int(component.data.size)]

    actions: dict[str, Callable[..., Any]] = {
        "set": lambda name, value: put(nodes, name, value),
        "clamp": lambda name, value: write(nodes, name, value).value,
        "get": lambda name: read_feature(nodes, name).value,
        "limits": limits,
        "entries": lambda name: list(enum_entries(nodes, name)),
        "stream": lambda name, value: put(acquirer.data_streams[0].node_map, name, value),
        "start": acquirer.start,
        "stop": acquirer.stop,
        "fetch": fetch,
    }
    results = [actions[step[0]](*step[1:]) for step in steps]
    acquirer.stop()
    _end(harvester, acquirer)
    return results


def serials(cti: str) -> list[str]:
    """List the serial numbers that Harvesters sees."""
    from harvesters.core import Harvester

    harvester = Harvester()
    harvester.add_file(cti)
    harvester.update()
    found = [info.serial_number for info in harvester.device_info_list]
    harvester.reset()
    return found


_SCENES: dict[str, Callable[..., Any]] = {s.__name__: s for s in (walk, script, serials)}


def main(arguments: list[str]) -> None:
    """Child side."""
    # Before Harvesters: makes genicam importable where Python has no shared library.
    importlib.import_module("camstrm.acquisition.gentl.binding")
    result = _SCENES[arguments[0]](**json.load(sys.stdin))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
    # Harvesters leaves threads and handlers that are not what is tested.
    os._exit(0)

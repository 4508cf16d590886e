"""Rules between settings, which no type can hold: uniqueness and things that go together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from camstrm.config.mistake import Mistake
from camstrm.config.settings import ID_PREFIX, CameraSettings, Config, ProducerSettings

__all__ = ["contradictions"]


def contradictions(config: Config) -> Iterator[Mistake]:
    """Yield the rules that the settings break together."""
    bridge = config.bridge
    if bool(bridge.tls_cert) != bool(bridge.tls_key):
        given, absent = ("tls_cert", "tls_key") if bridge.tls_cert else ("tls_key", "tls_cert")
        yield Mistake(("bridge", given), f"needs {absent} too: TLS takes a certificate and its key")
    process = config.process
    if process.restart_delay_max_s < process.restart_delay_s:
        yield Mistake(
            ("process", "restart_delay_max_s"),
            f"wanted at least restart_delay_s ({process.restart_delay_s:g}), "
            f"got {process.restart_delay_max_s:g}",
        )
    yield from _of_locked_cameras(config)
    yield from _of_producers(config.producers)
    yield from _of_cameras(config)


def _of_locked_cameras(config: Config) -> Iterator[Mistake]:
    """Yield locks of no camera: a name with a typing mistake would leave its camera open."""
    known = {camera.label for camera in config.cameras} | {c.serial for c in config.cameras}
    for index, name in enumerate(config.bridge.control.locked):
        if known and unicodedata.normalize("NFC", name) not in known and name not in known:
            yield Mistake(
                ("bridge", "control", "locked", index),
                f"{name!r} is neither the name nor the serial number of a [[camera]]",
            )


def _of_producers(producers: Iterable[ProducerSettings]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, producer in enumerate(producers):
        if producer.cti in seen:
            yield Mistake(
                ("producer", index, "cti"), f"{producer.cti!r} is already another producer's"
            )
        seen.add(producer.cti)


def _of_cameras(config: Config) -> Iterator[Mistake]:
    producers = {producer.cti for producer in config.producers}
    for index, camera in enumerate(config.cameras):
        if producers and camera.cti and camera.cti not in producers:
            yield Mistake(
                ("camera", index, "cti"), f"{camera.cti!r} is not the cti of a [[producer]]"
            )
        if camera.serial == ID_PREFIX:
            yield Mistake(("camera", index, "serial"), "a device id is missing after 'id:'")
        yield from _not_unique(config.cameras, index)


def _not_unique(cameras: tuple[CameraSettings, ...], index: int) -> Iterator[Mistake]:
    camera = cameras[index]
    for other, earlier in enumerate(cameras[:index]):
        may_be_one_producer = "" in (earlier.cti, camera.cti) or earlier.cti == camera.cti
        if earlier.serial == camera.serial and may_be_one_producer:
            yield Mistake(
                ("camera", index, "serial"),
                f"{camera.serial!r} is already camera[{other}]; a second camera of the same "
                "serial number needs another 'cti'",
            )
            return
        if earlier.label == camera.label:
            yield Mistake(
                ("camera", index, "name" if camera.name else "serial"),
                f"the name {camera.label!r} is already that of camera[{other}]",
            )
            return

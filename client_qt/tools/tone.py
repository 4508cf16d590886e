"""A tone for the person at the lens, who does not see the screen: it rises with the sharpness."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, QTimer

from client_qt.model.focus import Tone

__all__ = ["RATE_HZ", "AudioOutput", "FocusTone", "NoAudioError", "SineWave", "open_output"]

RATE_HZ = 44_100
"""Samples a second, each a 16-bit integer of one channel: every sound card takes that."""

_FEED_MS = 40
"""Between two looks at how much the sound card takes."""

_BUFFER_MS = 200
"""Of sound that is ready: the UI thread may be late by so much without a gap."""

_LOUDNESS = 0.2
"""Of full scale: it is heard in a workshop and hurts nobody with headphones."""

_PIECE_MS = 110
"""Of a tone that has pauses."""

_GLIDE_S = 0.03
"""The pitch and the loudness reach what is wanted in this time: a jump would click."""


class NoAudioError(Exception):
    """There is nothing to play a tone with; its text says why."""


class AudioOutput(Protocol):
    """A sound card that takes samples."""

    def free(self) -> int:
        """Return how many bytes it takes now."""

    def write(self, samples: bytes) -> None: ...

    def stop(self) -> None: ...


class SineWave:
    """Pieces of a sine with pauses between them, whose pitch can change without a click."""

    def __init__(self) -> None:
        self.tone: Tone | None = None
        """What is to be heard; None: silence."""
        self._phase = 0.0
        """Of the next sample, in radians."""
        self._pitch = 0.0
        """What is heard now, in Hz; follows the tone's."""
        self._gain = 0.0
        """What is heard now, 0 to 1; follows whether there is a tone."""
        self._at = 0
        """Where in a piece and its pause the next sample is, in samples."""

    def samples(self, count: int) -> bytes:
        """Return the next ``count`` samples, little-endian."""
        tone = self.tone
        wanted = 0.0 if tone is None else 1.0
        target = self._pitch if tone is None else tone.frequency
        if self._gain == 0.0:
            self._pitch = target
        steps = np.arange(1, count + 1)
        glide = np.minimum(steps / (_GLIDE_S * RATE_HZ), 1.0)
        pitch = self._pitch + (target - self._pitch) * glide
        way = wanted - self._gain
        gain = self._gain + np.sign(way) * np.minimum(steps / (_GLIDE_S * RATE_HZ), abs(way))
        phase = self._phase + np.cumsum(pitch) * (2 * math.pi / RATE_HZ)
        piece = _PIECE_MS * RATE_HZ // 1000
        pause = 0 if tone is None else round(tone.pause_ms * RATE_HZ / 1000)
        gate = np.ones(count)
        if pause:
            at = (self._at + steps) % (piece + pause)
            edge = _GLIDE_S * RATE_HZ / 3
            gate = np.clip(np.minimum(at, piece - at) / edge, 0.0, 1.0)
        self._at = (self._at + count) % (piece + pause)
        if count:
            self._phase = float(phase[-1] % (2 * math.pi))
            self._pitch, self._gain = float(pitch[-1]), float(gain[-1])
        wave = np.sin(phase) * gain * gate * (_LOUDNESS * 32767)
        data: bytes = wave.astype("<i2").tobytes()
        return data


class FocusTone(QObject):
    """Plays a tone between :meth:`start` and :meth:`stop`. UI thread only."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        open_: Callable[[], AudioOutput] | None = None,
    ) -> None:
        """``open_`` opens the sound card and raises NoAudioError without one."""
        super().__init__(parent)
        self._open = open_
        self._output: AudioOutput | None = None
        """The sound card while the tone is on."""
        self._wave = SineWave()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._feed)

    @property
    def on(self) -> bool:
        """Whether it was started; it may be silent all the same."""
        return self._output is not None

    def start(self) -> None:
        """Open the sound card; raise NoAudioError if there is none."""
        if self._output is None:
            self._output = (self._open or open_output)()
            self._wave = SineWave()
            self._timer.start(_FEED_MS)

    def stop(self) -> None:
        """Be silent and let go of the sound card."""
        self._timer.stop()
        if self._output is not None:
            output, self._output = self._output, None
            output.stop()

    def play(self, tone: Tone | None) -> None:
        """Play this from now on; None: be silent, since nothing is measured."""
        self._wave.tone = tone

    def _feed(self) -> None:
        if self._output is not None:
            count = self._output.free() // 2
            if count > 0:
                self._output.write(self._wave.samples(count))


class _SoundCard:
    """The system's sound card, by QtMultimedia."""

    def __init__(self) -> None:
        try:
            # It looks for the system's sound libraries as soon as it is imported.
            from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
        except ImportError as error:
            raise NoAudioError(str(error)) from None
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            raise NoAudioError
        form = QAudioFormat()
        form.setSampleRate(RATE_HZ)
        form.setChannelCount(1)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._sink = QAudioSink(device, form)
        self._sink.setBufferSize(2 * RATE_HZ * _BUFFER_MS // 1000)
        self._input = self._sink.start()

    def free(self) -> int:
        """Return how many bytes it takes now."""
        return self._sink.bytesFree()

    def write(self, samples: bytes) -> None:
        self._input.write(samples)

    def stop(self) -> None:
        self._sink.stop()


def open_output() -> AudioOutput:
    """Open the system's sound card; raise NoAudioError if there is none."""
    return _SoundCard()

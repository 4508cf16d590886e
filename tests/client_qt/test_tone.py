"""The tone of the sharpness: without clicks, silent when nothing is measured, no sound card."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from client_qt.model.focus import Tone
from client_qt.tools import tone as tone_module
from client_qt.tools.focus_sound import FocusSound
from client_qt.tools.tone import RATE_HZ, FocusTone, NoAudioError, SineWave
from client_qt.tools.tool_desk import desk_of
from tests.client_qt.offline_viewer import OfflineViewer
from tests.fakes.bridge.viewer_server import WaitUntil


def heard(wave: SineWave, seconds: float, pieces: int = 10) -> NDArray[np.float64]:
    count = int(seconds * RATE_HZ / pieces)
    data = b"".join(wave.samples(count) for _ in range(pieces))
    return np.frombuffer(data, "<i2") / 32767


def pitch(samples: NDArray[np.float64]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE_HZ / len(samples)


def test_pitch_is_the_tones_and_changes_without_a_click() -> None:
    wave = SineWave()
    wave.tone = Tone(440.0, 0.0)
    low = heard(wave, 1.0)
    wave.tone = Tone(880.0, 0.0)
    high = heard(wave, 1.0)
    assert pitch(low) == pytest.approx(440, abs=2)
    assert pitch(high) == pytest.approx(880, abs=4)
    both = np.concatenate([low, high])
    steepest = 0.2 * 2 * np.pi * 880 / RATE_HZ
    assert np.abs(np.diff(both)).max() <= steepest * 1.1, "no jump in the wave"
    assert np.abs(both).max() <= 0.21


def test_pauses_say_how_far_the_peak_is_and_no_tone_is_silence() -> None:
    wave = SineWave()
    wave.tone = Tone(440.0, 290.0)
    paused = heard(wave, 4.0)
    quiet = np.abs(paused.reshape(-1, 441)).max(axis=1) < 0.01
    assert 0.6 < quiet.mean() < 0.85, "290 of 400 ms"
    assert np.abs(np.diff(paused)).max() < 0.02
    wave.tone = None
    heard(wave, 0.1)
    assert not heard(wave, 0.5).any()


class Card:
    """A sound card that takes a fifth of a second at a time."""

    def __init__(self) -> None:
        self.data = b""
        self.stopped = False

    def free(self) -> int:
        return 2 * RATE_HZ // 5

    def write(self, samples: bytes) -> None:
        self.data += samples

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    viewer.picture(0)
    yield viewer
    viewer.close()


def test_tone_is_on_while_its_action_is(
    viewer: OfflineViewer, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    card = Card()
    monkeypatch.setattr(tone_module, "open_output", lambda: card)
    viewer.key("X")
    wait_until(lambda: card.data)
    assert desk_of(viewer.services).loop.active, "it measures"
    viewer.key("X")
    assert card.stopped
    assert not desk_of(viewer.services).loop.active


def test_without_a_sound_card_there_is_one_sentence(
    viewer: OfflineViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Card:
        raise NoAudioError

    monkeypatch.setattr(tone_module, "open_output", none)
    sound = desk_of(viewer.services).findChild(FocusSound)
    assert isinstance(sound, FocusSound)
    viewer.key("X")
    assert "no audio output" in viewer.services.hint_of(0)
    assert not desk_of(viewer.services).on("tone")
    assert not desk_of(viewer.services).loop.active
    assert not viewer.services.actions["tone"].isChecked()


def test_tone_lets_go_of_the_card_once(qapp: QApplication) -> None:
    card = Card()
    tone = FocusTone(open_=lambda: card)
    tone.start()
    tone.start()
    assert (tone.on, card.stopped) == (True, False)
    tone.stop()
    tone.stop()
    assert (tone.on, card.stopped) == (False, True)
    tone.deleteLater()

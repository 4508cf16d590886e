"""Where a person's settings are, and what follows from them: the language."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths

from camstrm.viewing.texts import LANGUAGES, Texts
from client_qt.model.settings import Settings

__all__ = ["load_settings", "spoken_texts"]


def load_settings() -> Settings:
    """Return the person's settings; wants the application to have its name."""
    place = QStandardPaths.StandardLocation.AppConfigLocation
    folder = QStandardPaths.writableLocation(place)
    return Settings(Path(folder) / "settings.json" if folder else None)


def spoken_texts(settings: Settings) -> Texts:
    """Return the texts in the language that is set, else in the system's."""
    language = settings.get("language", "", lambda name: name in LANGUAGES)
    return Texts(language or QLocale.system().name())

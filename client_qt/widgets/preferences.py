"""Where a person's settings are, and what follows from them: language and appearance."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths
from PySide6.QtWidgets import QApplication

from camstrm.viewing.texts import LANGUAGES, Texts
from client_qt.model.settings import Settings
from client_qt.widgets.theme import THEMES, apply_theme, is_light

__all__ = ["apply_appearance", "load_settings", "spoken_texts"]


def load_settings() -> Settings:
    """Return the person's settings; wants the application to have its name."""
    place = QStandardPaths.StandardLocation.AppConfigLocation
    folder = QStandardPaths.writableLocation(place)
    return Settings(Path(folder) / "settings.json" if folder else None)


def spoken_texts(settings: Settings) -> Texts:
    """Return the texts in the language that is set, else in the system's."""
    language = settings.get("language", "", lambda name: name in LANGUAGES)
    return Texts(language or QLocale.system().name())


def apply_appearance(application: QApplication, settings: Settings) -> bool:
    """Give the application the theme that is set; return False if it has it already.

    Settings: "theme", one of THEMES, and "contrast" ("more", or "").
    """
    theme = settings.get("theme", "", lambda name: name in THEMES)
    contrast = settings.get("contrast", "") == "more"
    wanted = f"{'light' if is_light(application, theme) else 'dark'} {contrast}"
    if application.property("camstrm_appearance") == wanted:
        return False
    application.setProperty("camstrm_appearance", wanted)
    apply_theme(application, theme, contrast=contrast)
    return True

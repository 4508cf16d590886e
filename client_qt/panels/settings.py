"""What a person sets for this computer: language, appearance, sound."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout

from camstrm.viewing.texts import LANGUAGES
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.plain_label import plain_label
from client_qt.widgets.services import ViewerServices

__all__ = ["SettingsPanel"]

_OWN_NAMES = {"en": "English", "ko": "한국어"}
"""Each language's name for itself."""


class SettingsPanel(StyledPanel):
    """Settings: "language", "theme", "contrast", "info", "sound"."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._column = QVBoxLayout(self)
        system = ("", say("shell.as_system"))
        self._choice("language", [system, *((name, _OWN_NAMES[name]) for name in LANGUAGES)])
        again = plain_label(say("window.language_again"), wrap=True, dim=True)
        self._column.addWidget(again)
        themes = [("dark", say("shell.theme_dark")), ("light", say("shell.theme_light"))]
        self._choice("theme", [system, *themes])
        self._choice("contrast", [system, ("more", say("shell.contrast_more"))])
        self._column.addSpacing(12)
        for name in ("info", "sound"):
            self._switch(name)
        self._column.addWidget(plain_label(say("window.kept_here"), wrap=True, dim=True))
        self._column.addStretch()

    def _choice(self, name: str, options: list[tuple[str, str]]) -> None:
        settings = self.services.settings
        title = self.services.say(f"shell.{name}")
        label, box = plain_label(title, wrap=True, dim=True), QComboBox()
        label.setBuddy(box)
        box.setAccessibleName(title)
        box.setObjectName(name)
        for value, text in options:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(settings.get(name, ""))))
        box.currentIndexChanged.connect(lambda at: settings.set(name, box.itemData(at)))
        if self._column.count():
            self._column.addSpacing(8)
        self._column.addWidget(label)
        self._column.addWidget(box)

    def _switch(self, name: str) -> None:
        settings = self.services.settings
        box = QCheckBox(self.services.say(f"shell.{name}"))
        box.setObjectName(name)
        box.setChecked(settings.get(name, False))
        box.toggled.connect(lambda on: settings.set(name, on))
        settings.changed(name, lambda: box.setChecked(settings.get(name, False)))
        self._column.addWidget(box)


register_panel("settings", SettingsPanel)

"""What is known of one camera as text that can be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout

from client_qt.model.display import CameraDisplay
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.plain_label import SELECTABLE
from client_qt.widgets.services import ViewerServices

__all__ = ["details_text", "show_details"]


def details_text(display: CameraDisplay) -> str:
    """Return everything that the view says, a line for each thing."""
    said = (display.name, display.condition, display.headline, display.detail, display.trouble)
    figures = (f"{name}: {value}" if name else value for name, value in display.figures)
    lines = [*said, display.lease, display.reduced, *figures]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def show_details(services: ViewerServices, camera: int, view: CameraView) -> QDialog:
    """Open them beside the camera's view; what is selected can be copied, or all."""
    text = details_text(view.display)
    dialog = QDialog(view.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    info = services.info(camera)
    dialog.setWindowTitle("" if info is None else info.name)
    column = QVBoxLayout(dialog)
    field = QPlainTextEdit(text)
    field.setReadOnly(True)
    field.setAccessibleName(dialog.windowTitle())
    field.setTextInteractionFlags(SELECTABLE)
    column.addWidget(field)
    buttons = QDialogButtonBox(Qt.Orientation.Horizontal)
    copy = buttons.addButton(services.say("window.copy"), QDialogButtonBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
    close = buttons.addButton(services.say("shell.close"), QDialogButtonBox.ButtonRole.RejectRole)
    close.clicked.connect(dialog.close)
    column.addWidget(buttons)
    metrics = field.fontMetrics()
    lines = text.splitlines()
    width = max(metrics.horizontalAdvance(line) for line in lines or [""])
    dialog.resize(min(width + 90, 640), min(metrics.lineSpacing() * len(lines) + 120, 520))
    dialog.show()
    return dialog

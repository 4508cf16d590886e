"""What the connection does, and a switch for a slow one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout

from camstrm.viewing.texts import Texts
from camstrm.wire import ViewerStatus
from client_qt.model.wording import NONE
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.plain_label import plain_label
from client_qt.widgets.services import Server, ViewerServices

__all__ = ["ConnectionPanel"]

_REFRESH_MS = 500
"""Between two looks at the figures while the panel is open."""

_ROWS = (
    *("server", "megabits", "bundles", "round_trip", "window", "decode", "skipped"),
    *("viewers", "me"),
)


class ConnectionPanel(StyledPanel):
    """Figures of the chosen camera's server. Setting: "low_bandwidth"."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self._camera: int | None = None
        say = services.say
        column = QVBoxLayout(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        self.values: dict[str, QLabel] = {}
        """What stands beside each name."""
        for number, row in enumerate(_ROWS):
            name = plain_label(say(f"connection.{row}"), wrap=True, dim=True)
            value = plain_label(NONE, wrap=True, selectable=True)
            value.setAccessibleName(say(f"connection.{row}"))
            grid.addWidget(name, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, number, 1)
            self.values[row] = value
        column.addLayout(grid)
        column.addSpacing(16)
        self.low = QCheckBox(say("connection.low").replace("&", "&&"))
        self.low.setChecked(services.settings.get("low_bandwidth", False))
        self.low.toggled.connect(lambda on: services.settings.set("low_bandwidth", on))
        column.addWidget(self.low)
        column.addWidget(plain_label(say("connection.low_why"), wrap=True, dim=True))
        column.addStretch()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)

    def show_camera(self, camera: int | None) -> None:
        """Show the figures of its server."""
        self._camera = camera
        self._write()

    def set_active(self, active: bool) -> None:
        """Bring the figures up to date twice a second while they are seen."""
        if active:
            self.low.setChecked(self.services.settings.get("low_bandwidth", False))
            self._write()
            self._timer.start(_REFRESH_MS)
        else:
            self._timer.stop()

    def _write(self) -> None:
        servers = self.services.servers
        server = next(iter(servers.values()), None)
        if self._camera is not None:
            server = self.services.server_of(self._camera) or server
        values = {} if server is None else self._figures(server)
        for row, label in self.values.items():
            label.setText(values.get(row) or NONE)

    def _figures(self, server: Server) -> dict[str, str]:
        model, now, say = server.model, self.services.clock(), self.services.say
        hello, status = model.hello, model.status
        viewer = None if status is None else status.viewer
        bundles = say(
            "connection.of_fps", fps=f"{model.bundles.rate(now):.1f}", all=f"{model.stream_fps:.1f}"
        )
        decode = server.session.decode_s
        found = {
            "server": " · ".join(
                filter(None, (server.label, "" if hello is None else hello.server))
            ),
            "megabits": f"{model.megabits(now):.1f}",
            "bundles": bundles,
            "decode": f"{decode * 1000:.1f} ms" if decode else "",
            "viewers": "" if status is None else str(status.viewers),
        }
        if viewer is not None:
            trip = viewer.round_trip_us
            found |= {
                "round_trip": f"{trip / 1000:.1f} ms" if trip else "",
                "window": say(
                    "connection.of_window",
                    under_way=viewer.in_flight,
                    window=viewer.window or NONE,
                ),
                "skipped": _skipped(viewer, self.services.texts),
                "me": " · ".join(filter(None, (viewer.name, viewer.role))),
            }
        return found


def _skipped(viewer: ViewerStatus, texts: Texts) -> str:
    """Return how many bundles it did not get, and why."""

    def said(reason: str) -> str:
        key = f"connection.skip_{reason.replace(' ', '_')}"
        return texts.say(key) if key in texts else reason

    why = ", ".join(f"{said(reason)}: {count}" for reason, count in viewer.skips.items())
    why = why or said(viewer.reason)
    return f"{viewer.skipped} ({why})" if viewer.skipped and why else str(viewer.skipped)


register_panel("connection", ConnectionPanel)

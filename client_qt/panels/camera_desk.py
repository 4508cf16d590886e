"""CameraDesk: asks the chosen camera for its features, keeps what is known, and sets values.

The models without Qt decide what is asked (client_qt/model/feature_watch.py, feature_edit.py);
the desk makes their calls and says when something differs. All panels share it: a window has one
camera that is set up at a time, and one list of what can be undone for each camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from camstrm.errors import CallError
from camstrm.feature import FeatureChange, FeatureSetting, FeatureState, FeatureValue, Selectors
from camstrm.wire import CameraLease
from camstrm.wire.operations import Changes, FeatureValues
from camstrm.wire.operations import FeatureTree as FeatureTreeResult
from client_qt.model.feature_edit import FeatureEdit, Note, lasting_of
from client_qt.model.feature_tree import FeatureTree
from client_qt.model.feature_watch import FeatureGroup, FeatureWatch, WantedCall, state_key
from client_qt.model.lease_flow import LeaseFlow
from client_qt.model.value_scale import format_value
from client_qt.model.viewer_model import Connection
from client_qt.panels.asker import Asker, failed_call
from client_qt.panels.changer import flow_of, say_note
from client_qt.panels.controls.sentence import Weight
from client_qt.panels.shown_states import ShownStates
from client_qt.widgets.services import Server, ViewerServices, server_and_index

__all__ = ["CameraDesk", "camera_desk", "is_connected"]

_TURN_MS = 200
"""Between two looks at what is to be asked, while a panel shows values."""

_WEIGHTS = {
    "ok": Weight.GOOD,
    "note": Weight.DIM,
    "question": Weight.WARNING,
    "error": Weight.BAD,
}


class CameraDesk(QObject):
    """What is known of the camera that panels are about. Belongs to the UI thread, all of it."""

    tree_changed = Signal()
    """Other features are known, or none: what is made of them is to be made again."""

    states_changed = Signal(object)
    """The set of features whose state, wish or note is another."""

    situation_changed = Signal()
    """Lease, question, what can be undone, or what keeps values from coming is another."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.services = services
        self.camera: int | None = None
        """The camera that panels are about; None: there is none."""
        self._owner: QObject | None = None
        """The panel that is seen; None: none is, and nothing is watched."""
        self._watch = FeatureWatch()
        self._edits: dict[int, FeatureEdit] = {}
        """By camera: what was changed there can be undone as long as the viewer runs."""
        self._asker = Asker(services, self)
        self._connected: dict[int, bool] = self._connections()
        """Whether calls could be made to each server when this was looked at last."""
        self._shown = ShownStates()
        """As it was when ``tree_changed`` and ``states_changed`` were emitted last."""
        self._situation: tuple[object, ...] = ()
        """As it was when ``situation_changed`` was emitted last."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.turn)
        services.changed.connect(self._on_changed)
        services.cameras_changed.connect(self._on_cameras)

    # Which camera, and what of it is looked at.

    def show_camera(self, camera: int | None) -> None:
        """Let the panels be about this camera."""
        if camera != self.camera:
            self.camera = camera
            self._watch.hide()
            self._emit()

    def watch(
        self,
        owner: QObject,
        names: Sequence[str] | None,
        groups: Sequence[FeatureGroup] = (),
    ) -> None:
        """Look at these features (None: all) for a panel that can be seen.

        ``groups``: features behind selectors, each with the values of these.
        """
        self._owner = owner
        if self.camera is not None and self.services.camera(self.camera) is not None:
            self._watch.show(self.camera, names, groups)
        self.turn()

    def rest(self, owner: QObject) -> None:
        """Look at nothing any more, unless another panel took over."""
        if owner is self._owner:
            self._owner = None
            self._watch.hide()
            self._emit()

    @property
    def tree(self) -> FeatureTree | None:
        """The features of the camera; None until they are known."""
        return self._watch.tree

    @property
    def states(self) -> dict[str, FeatureState]:
        """State of each feature that is looked at, by ``state_key``."""
        return self._watch.states

    @property
    def live(self) -> tuple[FeatureSetting, ...]:
        """What was set while the camera ran and differs from the configuration."""
        return self._watch.live

    # What can be done.

    @property
    def edit(self) -> FeatureEdit:
        """The changes of the camera; of none without a camera."""
        if self.camera is None:
            return FeatureEdit()
        return self._edits.setdefault(self.camera, FeatureEdit())

    @property
    def flow(self) -> LeaseFlow:
        """Who may change the camera."""
        return flow_of(self.services, self.camera)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be set now: no right, somebody else's lease, nothing answers."""
        return self.flow.may not in ("mine", "free") or bool(self.situation()[0])

    def wanted(self, feature: str, selectors: Selectors | None = None) -> FeatureValue | None:
        """Return what is wanted of a feature and has no answer yet."""
        return self.edit.wanted(feature, selectors) if feature else None

    def set(
        self,
        feature: str,
        value: FeatureValue,
        selectors: Selectors | None = None,
        *,
        joins: bool = False,
        companions: Sequence[FeatureSetting] = (),
    ) -> None:
        """Want a value; see FeatureEdit.wish."""
        state = self.states.get(state_key(feature, selectors)) or self.states.get(feature)
        needs_stop = state is not None and state.needs_stop
        self._shown.touch([FeatureSetting(feature, value, selectors or {})])
        self.edit.wish(
            feature,
            value,
            selectors,
            joins=joins,
            companions=companions,
            needs_stop=needs_stop,
        )
        self.turn()

    def set_all(self, key: str, settings: Sequence[FeatureSetting]) -> None:
        """Want several values at once, in this order; ``key`` is what they are called in notes."""
        states = [self.states.get(setting.feature) for setting in settings]
        needs_stop = any(state is not None and state.needs_stop for state in states)
        self._shown.touch(settings)
        self.edit.wish_all(key, settings, needs_stop=needs_stop)
        self.turn()

    def execute(self, feature: str) -> None:
        """Want a command."""
        self._shown.touch([FeatureSetting(feature, True)])
        self.edit.execute(feature)
        self.turn()

    def undo(self) -> None:
        """Set what was before the last change."""
        self.edit.undo()
        self.turn()

    def redo(self) -> None:
        """Set what was undone last."""
        self.edit.redo()
        self.turn()

    def answer_question(self, *, yes: bool, remember: bool = False) -> None:
        """Say whether the camera may be stopped for what waits for that."""
        if yes:
            self.edit.accept(remember=remember)
        else:
            self.edit.decline()
        self.turn()

    def change_lease(self, action: str) -> None:
        """Take, give, ask for, pass or force the lease; a refusal is said over the picture."""
        camera = self.camera
        if camera is None:
            return

        def answered(result: Struct | CallError) -> None:
            if isinstance(result, CallError):
                self.services.hint(camera, str(result))

        self._asker.ask_as(camera, "lease", {"action": action}, answered)

    # What is to be said.

    def situation(self) -> tuple[str, Weight]:
        """Return what keeps values from coming; "" for nothing."""
        say, camera = self.services.say, self.camera
        if camera is None:
            return say("setup.none"), Weight.DIM
        known, server = self.services.camera(camera), self.services.server_of(camera)
        if known is None or server is None:
            return say("setup.gone"), Weight.DIM
        if not is_connected(self.services, server):
            return say("setup.offline"), Weight.WARNING
        problem = self._watch.problem
        if problem is not None:
            sentence = ". ".join(t.rstrip(".") for t in (problem.message, problem.remedy) if t)
            return say("setup.no_news", message=sentence), Weight.WARNING
        if self._owner is not None and self.tree is None:
            return say("setup.reading", name=known.info.name), Weight.DIM
        return "", Weight.DIM

    def problem_of(self, key: str) -> str:
        """Return why the last change of a feature failed; "" if it did not."""
        note = self.edit.notes.get(key)
        return say_note(self.services, note) if note is not None and note.level == "error" else ""

    def note(self, key: str) -> tuple[str, Weight]:
        """Return what is to be said of a feature, by its ``state_key``."""
        note: Note | None = self.edit.notes.get(key)
        if note is not None and note.level == "error":
            return say_note(self.services, note), Weight.BAD
        state = self.states.get(key)
        if state is not None and state.problem:
            return state.problem, Weight.WARNING
        if state is not None and state.needs_stop and state.access not in ("RW", "WO"):
            return self.services.say("setup.needs_stop"), Weight.DIM
        if state is not None and state.locked_by:
            return state.locked_by, Weight.DIM
        if note is None:
            note = lasting_of(state, lambda value: self.value_text(key, value))
        return (
            ("", Weight.DIM)
            if note is None
            else (say_note(self.services, note), _WEIGHTS[note.level])
        )

    def value_text(self, key: str, value: FeatureValue) -> str:
        """Return a value of a feature as a sentence says it."""
        info = None if self.tree is None else self.tree.info(key.partition("[")[0])
        return str(value) if info is None else format_value(value, info)

    # Calls.

    def turn(self) -> None:
        """Make the calls that are due, and say what differs."""
        now = self.services.clock()
        if self._owner is not None:
            for call in self._watch.calls(now):
                self._ask_watch(call)
        waits = [_TURN_MS / 1000] if self._owner is not None else []
        for camera, edit in list(self._edits.items()):
            may = flow_of(self.services, camera).may
            for call in edit.calls(now, "other" if may == "never" else may):
                self._ask_edit(camera, edit, call)
            wait = edit.wait(now)
            if wait is not None:
                waits.append(max(wait, 0.02))
        if waits:
            self._timer.start(round(1000 * min(waits)))
        else:
            self._timer.stop()
        self._emit()

    def _ask_watch(self, call: WantedCall) -> None:
        assert self.camera is not None

        def answered(result: Struct | CallError) -> None:
            now = self.services.clock()
            if isinstance(result, CallError):
                self._watch.failed(call.id, failed_call(result), now)
            else:
                self._watch.answered(
                    call.id, cast("FeatureTreeResult | FeatureValues", result), now
                )
            self._soon()

        self._asker.ask_as(self.camera, call.operation, call.args, answered)

    def _ask_edit(self, camera: int, edit: FeatureEdit, call: WantedCall) -> None:
        def answered(result: Struct | CallError) -> None:
            if isinstance(result, CallError):
                edit.failed(call.id, failed_call(result))
            else:
                changes = edit.answered(
                    call.id, cast("FeatureChange | Changes | CameraLease", result)
                )
                for change in changes if camera == self.camera else ():
                    self._watch.changed(change)
            self._soon()

        self._asker.ask_as(camera, call.operation, call.args, answered)

    def _soon(self) -> None:
        """Have a turn when what is going on is over: several answers may come at once."""
        self._timer.start(0)

    # What differs.

    def _emit(self) -> None:
        if self._shown.take_tree(self.tree, self.states):
            self.tree_changed.emit()
        edit = self.edit
        changed = self._shown.take(self.states, edit)
        if changed:
            self.states_changed.emit(changed)
        undo = edit.undo_list
        situation = (
            *(self.camera, self.flow, self.situation(), self.live),
            *(edit.question, undo.can_undo, undo.can_redo, edit.busy, dict(edit.notes)),
        )
        if situation != self._situation:
            self._situation = situation
            self.situation_changed.emit()

    def _connections(self) -> dict[int, bool]:
        servers = self.services.servers
        return {n: is_connected(self.services, server) for n, server in servers.items()}

    def _on_changed(self) -> None:
        before, self._connected = self._connected, self._connections()
        others = {n for n, there in self._connected.items() if before.get(n) != there}
        if not others:
            self._emit()
            return
        # The replies to what was asked before will not come.
        for camera, edit in self._edits.items():
            if server_and_index(camera)[0] in others:
                edit.reset()
        if self.camera is not None and server_and_index(self.camera)[0] in others:
            self._watch.reset()
        self.turn()

    def _on_cameras(self, gone: list[int]) -> None:
        for camera in gone:
            self._edits.pop(camera, None)
        if self.camera in gone:
            self._watch.reset()
        self.turn()


def is_connected(services: ViewerServices, server: Server) -> bool:
    """Return whether calls can be made to a server."""
    state = server.model.connection(services.clock())
    return state not in (Connection.CONNECTING, Connection.LOST) and server.model.hello is not None


def camera_desk(services: ViewerServices) -> CameraDesk:
    """Return the desk of the viewer's window, which there is one of."""
    found = services.findChild(CameraDesk)
    return found if isinstance(found, CameraDesk) else CameraDesk(services)

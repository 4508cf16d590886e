"""RegisterError: a camera's register that could not be read or written."""

from __future__ import annotations

from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.library import GcError, code_name
from camstrm.errors import CameraError

__all__ = ["RegisterError"]


class RegisterError(CameraError, gentl.GenericException):  # type: ignore[misc]  # the binding has no types
    """The producer refused a register access; raised in what GenApi calls back.

    It comes out of whatever was asked of the node map. That it is also one of the binding's
    exceptions lets Harvesters and everybody who asks for GENTL_ERRORS take it for what it
    is. ``detail``: the producer's own text, may be empty. ``code``: GC_ERROR.
    """

    def __init__(self, camera: str, address: int, *, write: bool, code: int, detail: str) -> None:
        self.address = address
        self.code = code
        text = f"{detail} ({code_name(code)} {code})" if detail else f"{code_name(code)} {code}"
        self.meaning = f"{text}, {'writing' if write else 'reading'} register {address:#x}"
        """What happened, as one line without the camera's name."""
        remedy = "Check cable, power and link" if code in (GcError.IO, GcError.TIMEOUT) else ""
        super().__init__(camera, self.meaning, remedy)

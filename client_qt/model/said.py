"""A sentence that a model wants to have said: a key of the table of texts and its values. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from camstrm.viewing.texts import Texts

__all__ = ["Said"]


@dataclass(frozen=True)
class Said:
    """Models know no language; whoever shows the sentence does."""

    key: str
    values: dict[str, object] = field(default_factory=dict)

    def spoken(self, texts: Texts) -> str:
        """Return the sentence in the language of ``texts``."""
        return texts.say(self.key, **self.values)

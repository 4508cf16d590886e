"""PublicUrl: under which address viewers reach the bridge, where it cannot know that itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from camstrm.errors import UsageError

__all__ = ["PUBLIC_URL_VARIABLE", "PublicUrl"]

PUBLIC_URL_VARIABLE = "CAMSTRM_PUBLIC_URL"
"""As http://server:8765. In a container the host's name and port are not those inside."""


@dataclass(frozen=True)
class PublicUrl:
    """``scheme`` is "http" or "https", ``authority`` host and port."""

    scheme: str
    authority: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> PublicUrl | None:
        """Read the variable, None where it is not set; raise UsageError for no such URL."""
        text = environ.get(PUBLIC_URL_VARIABLE, "").strip()
        if not text:
            return None
        try:
            parts = urlsplit(text)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good or "@" in parts.netloc or parts.path.strip("/") or parts.query:
            raise UsageError(
                f"{PUBLIC_URL_VARIABLE}: wanted scheme, host and port, as in "
                f"http://server:8765, got {text!r}"
            )
        return cls(parts.scheme, parts.netloc)

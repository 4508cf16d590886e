"""MemoryGrowth: whether the memory of grabber and bridge is flat."""

from __future__ import annotations

from bench.report import Row

__all__ = ["MemoryGrowth"]

MOST_PERCENT = 1.0
"""Growth that still counts as flat."""

MOST_BYTES = 1_000_000
"""So does this: the allocator keeps room for one or two bundles of 450 KB more or less,
which is 3 % of a bridge and comes and goes. A leak of 2 KB/s is more after 10 minutes."""

_MB = 1e6


class MemoryGrowth:
    """Samples of MeasuredSystem.memory(), the first of them after the warm-up."""

    def __init__(self, first: dict[str, int]) -> None:
        self.first = self.last = first

    def add(self, sample: dict[str, int]) -> None:
        """Take the next sample."""
        self.last = sample

    def percent(self, *names: str) -> float:
        """Return by how much processes have grown together; one that ended counts as inf."""
        if self.first.keys() != self.last.keys():
            return float("inf")
        first = sum(self.first[name] for name in names)
        return 100 * (sum(self.last[name] for name in names) - first) / first

    def is_flat(self, *names: str, most_percent: float = MOST_PERCENT) -> bool:
        """Return whether processes have not grown, but for what comes and goes."""
        percent = self.percent(*names)
        first = sum(self.first[name] for name in names)
        return percent <= most_percent or percent / 100 * first <= MOST_BYTES

    @property
    def grabber(self) -> tuple[str, ...]:
        """The names of the grabber's processes."""
        return tuple(name for name in self.first if name != "bridge")

    def rows(self, what: str) -> list[Row]:
        """Return a row for the grabber's processes together and one for the bridge."""
        rows = []
        for title, names in (("grabber", self.grabber), ("bridge", ("bridge",))):
            grown = self.percent(*names)
            size = sum(self.last.get(name, 0) for name in names) / _MB
            rows.append(
                Row(
                    f"{what}: memory growth of the {title}",
                    grown,
                    "%",
                    target=f"flat (<= {MOST_PERCENT:g} % or {MOST_BYTES / _MB:g} MB)",
                    met=self.is_flat(*names),
                    note=f"{size:.1f} MB of {len(names)} process{'es' * (len(names) > 1)}",
                )
            )
        return rows

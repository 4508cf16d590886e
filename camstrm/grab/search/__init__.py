"""Which cameras there are, and under which producer."""

"""Everything between the newest bundle and one viewer."""

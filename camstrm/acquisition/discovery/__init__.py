"""Which cameras a producer sees, and what is known of the way to them."""

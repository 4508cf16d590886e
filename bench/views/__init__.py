"""Views beside the stream: how old they are, and what they cost the whole pictures."""

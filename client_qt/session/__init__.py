"""Connection, decoding and model put together, without widgets."""

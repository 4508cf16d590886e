"""Files of settings and user sets: save, load, compare, apply to cameras of the same model."""

"""Everything between the newest bundle and one viewer; start at ``hub.BundleHub``."""

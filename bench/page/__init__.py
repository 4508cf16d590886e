"""The page in a headless Chromium on the real bridge: how smoothly it zooms, what it gives back."""

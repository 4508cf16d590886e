"""GenICam features: read, written and listed; the camera XML behind them."""

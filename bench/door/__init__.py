"""The bridge's door: viewers while somebody without a token takes all the connections there are."""

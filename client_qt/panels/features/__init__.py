"""All features of the chosen camera: the tree with its search, and the one that is chosen in it."""

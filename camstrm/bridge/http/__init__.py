"""HTTP: routes, who may use them, and the port."""

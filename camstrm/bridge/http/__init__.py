"""HTTP: routes (``web``), who may use them (``auth``, ``origin``, ``limits``), and the port."""

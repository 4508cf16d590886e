"""Watch industrial cameras of any maker from another room.

``cli`` has the commands, ``grab`` the grabber and its camera processes, ``bridge`` the server for
viewers. Below them: ``acquisition`` (cameras under GenTL), ``imaging`` (pictures), ``feed`` (the
socket between grabber and bridge), ``profiles`` (makers' data), ``config``, ``frame``, ``wire``
(the format), and what every part may use: ``camera_state``, ``rates``, ``backoff``,
``repeat_log``, ``errors``.
"""

__version__ = "0.1.0"

"""The set-up panel: a card for each thing that is set at a camera every day.

``setup_panel`` puts it together. A card shows what the camera has and says what the person
wants; the desk (``client_qt/panels/camera_desk.py``) asks the camera.
"""

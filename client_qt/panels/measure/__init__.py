"""The measure panel: focus, histogram, figures, line profile, ruler and snapshots of one camera.

``measure_panel`` puts it together and asks for measures while it is seen; a section shows a part
of them.
"""

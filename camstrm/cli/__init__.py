"""The command ``camstrm``: ``parser`` has the options, ``main`` runs the chosen command.

What commands share is here; signals are handled here and nowhere else.
"""

"""Camera processes as the grabber sees them: started, watched and restarted.

Start at ``supervisor.Supervisor``; ``process_link`` is one process and the socket to it.
"""

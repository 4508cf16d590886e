"""Camera processes as the grabber sees them: started, watched and restarted."""

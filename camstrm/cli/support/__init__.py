"""What goes into the archive of ``camstrm support``, and what is taken out of it before.

Every text passes ``scrub.Scrubber``, and nothing else is written; start at ``collect.collect``.
"""

"""What ``make fuzz`` runs: whatever comes from outside, thrown at the code that reads it.

``targets.py`` says what must hold for any input, ``seeds.py`` what to begin with, ``child.py`` is
the process that atheris drives, ``tokens.py`` how it changes texts, ``page.py`` compares the page's
decoders with Python's; ``__main__.py`` runs all of it and prints a table.
"""

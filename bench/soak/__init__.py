"""Both viewers at work on a real system whose bridge and connection are disturbed at random.

``python -m bench.soak`` (``make soak-viewers``) begins in ``__main__.py``; ``faults.py`` disturbs,
``habits.py`` is what a person does meanwhile, ``growth.py`` says what must not grow.
"""

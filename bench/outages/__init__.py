"""What viewers see while something is killed, stopped, silent or cut off: ``make outages``.

``python -m bench.outages`` begins in ``__main__.py``; each part is a module with ``run(short=...)``
that returns Findings.
"""

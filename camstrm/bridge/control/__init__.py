"""Who may change a camera: tokens and roles, leases, rules, the audit file. Nothing else asks.

Start at ``room.ControlRoom``: a bridge has one. ``gate.ControlGate`` decides on each call.
``token_book.TokenBook`` knows the tokens, ``lease.LeaseDesk`` who may change which camera now,
``rules.FeatureRules`` what may be changed at all; ``audit.AuditTrail`` writes changes down.
"""

"""Widgets that panels are made of. They show what they are given and say what the person wants.

None of them calls anything. All work by keyboard alone and have an accessible name.
"""

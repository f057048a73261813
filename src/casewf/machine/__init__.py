"""Workflow → ``transitions`` machines, and their fast dispatch.

``classes.py`` has casewf's own state, event and transition classes; ``rules.py`` compiles a workflow's rows,
``build.py`` hangs them on one plain ``transitions.Machine`` per track, ``guards.py`` compiles expressions.
Only this package imports ``transitions``. Nothing here reads a clock, and no text of a document reaches
``transitions`` unresolved.
"""

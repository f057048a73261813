"""The nouns of casewf: frozen attrs classes, without I/O and without a clock.

Instants are integers (microseconds since 1970-01-01T00:00Z). Nothing here imports a layer above;
read ``workflow.py`` for what an author defines and ``case.py`` for what a case is.
"""

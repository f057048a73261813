"""Views: data of the model and the core as text for people, in Chinese and English; no I/O.

``timeline.py`` draws a history, ``explanation.py`` says why a limit is due when it is. ``words.py`` knows
what codes are called, ``text.py`` how wide they are.
"""

"""Whole-flow walks: stories that cover a workflow, found by trying out on the engine what people can do.

``search.py`` is the search, ``moves.py`` what it tries, ``distance.py`` where it looks first, ``cover.py`` which
stories are kept, ``stories.py`` what they look like.
"""

"""Adapters that come with casewf; each stands alone and knows ports, model and errors only.

``memory/`` is the reference store, ``sqlite/`` the durable one in a file, ``postgres/`` the one for many machines.
``webhook/`` sends effects to other systems and takes their events, ``smtp.py`` writes mails to people. ``system.py``
reads the wall clock, and nothing else does. The static directory, which touches nothing outside, is
``casewf.model.directory``.
"""

"""The shell around the core: load → decide → fold → one atomic append → deliver.

``engine.py`` is the public face. ``commit.py`` turns events into one append, ``registry.py`` holds the compiled
workflows, ``delivery.py`` sends effects out after the commit, ``case_view.py`` is what hosts see of a case,
``verify.py`` checks the hash chains. No adapter is imported here; the host passes them in.
"""

"""The pure core: no I/O, no clock, no randomness, no logging; time is the parameter ``now``.

* ``decide.py``: program, case, command, now → events, or a ``Refusal`` with all its reasons; ``advance`` gives the case
  after them, too
* ``evolve.py``: case, event → case; reads no definition and no calendar (D3)
* ``options.py``: what an actor may do now, and why not (M4)
* ``explain.py``: why a limit is due when it is (X1)

Below them: ``step.py`` works out one move, ``elapse.py`` what time makes due, ``acts.py`` what people do to a clock,
``recompute.py`` what a new calendar does. ``clock_moves.py`` says what a move means to the clocks, with
``clock_starts.py``, ``clock_pauses.py`` and ``retarget.py``; ``clocks.py`` and ``ladder.py`` measure time.
``permission.py`` knows who may, ``retention.py`` how long a closed case is kept; ``fields.py`` checks
values, ``program.py`` is the compiled workflow, with its limits by ``limit_plan.py`` and the rows that run by
themselves by ``automatic.py``.
"""

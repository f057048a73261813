"""The codes of findings: stable, one line each; a code never changes its meaning nor is used again.

CW1xx: the text of the file; CW2xx: keys and values; CW3xx: names; CW4xx: what a workflow means;
CW5xx: calendars; CW6xx: directories and bindings; CW8xx: overlays. CW7xx are the rules of the linter.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["CODES"]

CODES = MappingProxyType(
    {
        "CW101": "the file cannot be read",
        "CW102": "the file is not UTF-8",
        "CW103": "the file is too large",
        "CW104": "the file is empty",
        "CW105": "the text is not YAML",
        "CW106": "more than one document in a file",
        "CW107": "a key is given twice",
        "CW108": "tags are not read",
        "CW109": "an anchor or alias that cannot be followed",
        "CW110": "nested too deeply",
        "CW111": "a key that other programs read as true or false",
        "CW112": "a character that does not belong in a text file",
        "CW113": "too many problems to list them all",
        "CW201": "another shape was expected: a map, a list or a single value",
        "CW202": "unknown key",
        "CW203": "a key is missing",
        "CW204": "reserved for a later version",
        "CW205": "keys that do not go together",
        "CW206": "a key or an item without a value",
        "CW207": "a value of another type was expected",
        "CW208": "not one of the allowed values",
        "CW209": "a number out of its range",
        "CW210": "not an amount of time",
        "CW211": "the same thing twice in a list",
        "CW301": "not a well-formed name",
        "CW302": "a reserved name",
        "CW303": "an unknown name",
        "CW304": "a trigger in two tracks",
        "CW305": "labels of triggers and triggers differ",
        "CW401": "an expression is wrong",
        "CW402": "a final state accepts nothing",
        "CW403": "a trigger that the system may not fire",
        "CW404": "a sensitive field where its value would show",
        "CW405": "target rows in an impossible order",
        "CW406": "a rung without a consequence",
        "CW407": "a field of another type was expected",
        "CW408": "up_to in a unit of no target",
        "CW409": "carry between kinds of units",
        "CW411": "a merge where no case can be merged",
        "CW501": "a date in the wrong year",
        "CW502": "not opening hours",
        "CW503": "a calendar that cannot be used",
        "CW504": "an unknown time zone",
        "CW505": "a day given twice",
        "CW506": "layers that cannot be stacked",
        "CW507": "not an iCalendar file",
        "CW508": "an event that cannot be read as days off",
        "CW509": "a package that is not installed",
        "CW601": "an organisation in the wrong place",
        "CW602": "somebody who cannot be the deputy",
        "CW603": "an absence that cannot be",
        "CW604": "somebody on duty without the role",
        "CW611": "files that bindings cannot name together",
        "CW801": "a base that nothing can be laid over",
        "CW802": "an overlay with the id of its base",
        "CW803": "removed, but not there",
        "CW804": "neither in the base nor complete by itself",
        "CW805": "a path that cannot be sealed",
        "CW806": "a sealed value is changed",
        "CW807": "a limit is loosened that may only be tightened",
        "CW808": "longer than at_most",
        "CW809": "limits that cannot be compared",
        "CW810": "a card without a rank",
    }
)
"""Code to title."""

"""A label that is missing, or that is missing in one of the two languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casewf.analysis.labels import Labelled, labels
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]

_LANGUAGES = {"zh": "Chinese", "en": "English"}
_FEW = 2


def _check(subject: Subject) -> Iterator[Problem]:
    everything = tuple(labels(subject.workflow))
    bare = [one for one in everything if not (one.label.zh or one.label.en)]
    named = [one for one in everything if one.label.zh or one.label.en]
    yield from _unlabelled(subject, bare, len(everything))
    for lang in _LANGUAGES:
        yield from _untranslated(
            subject, [one for one in named if not getattr(one.label, lang)], len(named), lang
        )


def _unlabelled(subject: Subject, found: Sequence[Labelled], of: int) -> Iterator[Problem]:
    advice = "write `{zh: …, en: …}`; without it people read the codes"
    if _is_most(found, of):
        message = f"{len(found)} of {of} names have no label, the first of them {found[0].what}"
        yield Problem(message=message, span=subject.key(*found[0].owner), help=advice)
        return
    for one in found:
        yield Problem(message=f"no label for {one.what}", span=subject.key(*one.owner), help=advice)


def _untranslated(subject: Subject, found: Sequence[Labelled], of: int, lang: str) -> Iterator[Problem]:
    """One finding where the language is hardly used at all, as in the file of a district that never needs it."""
    text = f"{_LANGUAGES[lang]} text ({lang})"
    if _is_most(found, of):
        other = next(name for key, name in _LANGUAGES.items() if key != lang)
        yield Problem(
            message=f"{len(found)} of {of} labels have no {text}",
            span=subject.key("title") if subject.document.node("title") else subject.key("id"),
            help=f"people who read {lang} see the {other} text; if nobody does, allow this here and say so",
        )
        return
    for one in found:
        yield Problem(
            message=f"no {text} for {one.what}",
            span=subject.at(*one.path),
            help=f"add `{lang}: …` to the label",
        )


def _is_most(found: Sequence[Labelled], of: int) -> bool:
    return len(found) > _FEW and 2 * len(found) > of


RULE = Rule(
    code="CW725",
    name="label-missing",
    level=WARNING,
    title="a label is missing in one language or in both",
    zh="缺少名称，或缺少一种语言的名称",
    what="Workflow, roles, cards, fields, options, kinds of parties, tracks, states, triggers and SLAs "
    "without a label, or with one in only one of `zh` and `en`. Where most labels lack a language, that "
    "is one finding at the title. The only track of a workflow may go without a title, and without labels "
    "for its triggers.",
    why="People read codes, or a language that they do not know, on a page that is otherwise in theirs.",
    instead="Write both languages. Where nobody reads one of them, allow the finding at the title and say "
    "so.",
    check=_check,
)

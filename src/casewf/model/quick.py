"""Frozen nouns that are made and changed by the thousand, made quickly.

A frozen class of attrs sets every attribute by a call. A ``quick`` one is filled as an open twin, a class of the same
slots that nothing guards, and becomes the frozen class when it is done. Nobody else sees the twin but who takes it as a
base (``open_twin``), and an instance is as frozen as any.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import attrs

__all__ = ["changed", "copier", "maker", "open_twin", "quick"]

_Noun = TypeVar("_Noun")
_Parameters = ParamSpec("_Parameters")

_twins: dict[type, type] = {}
_unpacked: dict[type, Callable[[tuple[object, ...]], Any]] = {}


def quick(cls: type[_Noun]) -> type[_Noun]:
    """Let the instances of a frozen class be made in about half the time, and changed in a sixth.

    Args:
        cls: a class of attrs, frozen, with slots and ``weakref_slot=False``, whose attributes are plain: no
            validators, converters or factories, and no names that begin with an underscore. A base may add
            slots that are no attributes.

    Raises:
        TypeError: the class is another.
    """
    fields = _fields(cls)
    names = tuple(field.name for field in fields)
    if (
        any(attrs.has(base) or base.__dictoffset__ for base in cls.__bases__)
        or cls.__dict__.get("__slots__") != names
        or not all(map(_is_plain, fields))
    ):
        raise TypeError(f"{cls.__name__} is no plain frozen class with slots and no other attributes")
    _twins[cls] = type(cls.__name__, cls.__bases__, {"__slots__": names})
    init = _compiled(
        cls,
        f"def made({', '.join(['self', *_parameters(fields)])}):",
        "    open_up(self, '__class__', twin)",
        *(f"    self.{name} = {name}" for name in names),
        "    self.__class__ = cls",
    )
    init.__name__, init.__qualname__ = "__init__", f"{cls.__qualname__}.__init__"
    init.__annotations__ = cls.__init__.__annotations__
    cls.__init__ = init  # type: ignore[method-assign]  # the parameters are the same
    _unpacked[cls] = _compiled(
        cls,
        "def made(values):",
        "    new = twin()",
        f"    {', '.join(f'new.{name}' for name in names)}, = values",
        "    new.__class__ = cls",
        "    return new",
    )
    cls.__reduce__ = _compiled(  # type: ignore[method-assign]  # pickle takes a tuple of any length
        cls,
        "def made(self):",
        f"    return from_values, (cls, ({''.join(f'self.{name}, ' for name in names)}))",
    )
    return cls


def from_values(cls: type[_Noun], values: tuple[object, ...]) -> _Noun:
    """A quick noun with these values for its attributes, in their order; how pickle makes it again."""
    made: _Noun = _unpacked[cls](values)
    return made


def open_twin(cls: type) -> type:
    """The twin of a quick class: a base for objects that are filled step by step, and then become a noun by its class.

    A class made of it has no slots of its own, else it is no twin.
    """
    return _twins[cls]


def maker(cls: Callable[_Parameters, _Noun]) -> Callable[_Parameters, _Noun]:
    """A function that does what a call of a quick class does, in less than half the time.

    Python gathers the keywords of a class's call in a dictionary first, and takes none for a function's. It is for the
    few nouns that nearly every command makes.
    """
    names = [field.name for field in _fields(cls)]  # type: ignore[arg-type]  # a class
    function: Callable[_Parameters, _Noun] = _compiled(
        cls,  # type: ignore[arg-type]
        f"def made({', '.join(_parameters(_fields(cls)))}):",  # type: ignore[arg-type]
        "    new = twin()",
        *(f"    new.{name} = {name}" for name in names),
        "    new.__class__ = cls",
        "    return new",
    )
    return function


def _parameters(fields: tuple[attrs.Attribute[Any], ...]) -> list[str]:
    """The parameters of a class's call, as they are written in Python."""
    found: list[str] = []
    for field in fields:
        if field.kw_only and "*" not in found:
            found.append("*")
        default = "" if field.default is attrs.NOTHING else f"=default_{field.name}"
        found.append(f"{field.name}{default}")
    return found


if TYPE_CHECKING:
    from attrs import evolve as changed  # mypy knows which attributes there are, and their types
else:

    def changed(one, /, **changes):
        """A copy of a quick noun with other values for some of its attributes, as ``attrs.evolve`` makes it.

        Raises:
            AttributeError: it has no attribute of such a name.
        """
        kind = type(one)
        return _copier(kind)(one, changes)


def copier(cls: type[_Noun], source: type, *changes: str, **always: object) -> Callable[..., _Noun]:
    """A function that makes a quick noun out of another object, which has the same changes each time.

    What the noun shares with objects of the class ``source`` it takes over from them, and of all else it has its
    defaults. The function takes the other object, and the changes by keyword, every one of them; it needs a third of
    the time of ``changed``. What ``always`` has the same value is none of them: each keyword of a call costs more than
    the one before.

    Raises:
        AttributeError: by the function: the class has no attribute of such a name.
    """
    kept = [(name, value) for name, value in _copied(cls, source) if name not in {*changes, *always}]
    function: Callable[..., _Noun] = _compiled(
        cls,
        f"def made({', '.join(['one', *(['*'] if changes else []), *changes])}):",
        "    new = twin()",
        *(f"    new.{name} = {value}" for name, value in kept),
        *(f"    new.{name} = {name}" for name in changes),
        *(f"    new.{name} = always_{name}" for name in always),
        "    new.__class__ = cls",
        "    return new",
        **{f"always_{name}": value for name, value in always.items()},
    )
    return function


# Any: what is done to nouns of every class has no narrower type.
@cache
def _copier(cls: type) -> Callable[[Any, dict[str, Any]], Any]:
    """What changes nouns of a class: a line for every attribute, as if somebody had written it out."""
    return _compiled(
        cls,
        "def made(one, changes):",
        "    new = twin()",
        *(f"    new.{name} = {value}" for name, value in _copied(cls, cls)),
        "    for name, value in changes.items():",
        "        setattr(new, name, value)",
        "    new.__class__ = cls",
        "    return new",
    )


def _copied(cls: type, source: type) -> list[tuple[str, str]]:
    """The attributes that one class takes over from another, or has by default, and how that is written."""
    return [
        (field.name, f"one.{field.name}" if hasattr(source, field.name) else f"default_{field.name}")
        for field in _fields(cls)
        if hasattr(source, field.name) or field.default is not attrs.NOTHING
    ]


def _compiled(cls: type, *lines: str, **constants: object) -> Callable[..., Any]:
    """The function ``made`` that these lines define; attrs makes its own methods in the same way."""
    names: dict[str, Any] = {
        "cls": cls,
        "twin": _twins[cls],
        "open_up": object.__setattr__,
        "from_values": from_values,
        **{f"default_{field.name}": field.default for field in _fields(cls)},
        **constants,
    }
    code = compile(
        "\n".join(lines), f"<quick {cls.__name__}>", "exec"
    )  # the name tells them apart in a profile
    exec(code, names)  # noqa: S102  # of names in our own classes, never of a document
    made: Callable[..., Any] = names["made"]
    return made


def _fields(cls: type) -> tuple[attrs.Attribute[Any], ...]:
    found: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    return found


def _is_plain(field: attrs.Attribute[Any]) -> bool:
    by_factory = isinstance(field.default, attrs.Factory)  # type: ignore[arg-type]  # it is a class
    return field.init and not (field.validator or field.converter or by_factory or field.name.startswith("_"))

"""Sealing sensitive values before a command is decided, so that no event ever holds one (D5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from casewf.core.fields import FieldProblem, plain_value
from casewf.model.case import Sealed
from casewf.model.codec import dumps, loads_any
from casewf.model.vault import Secret
from casewf.model.workflow import Field


def seal_data(
    fields: Mapping[str, Field], data: Mapping[str, object], token: Callable[[], str]
) -> tuple[dict[str, object], tuple[Secret, ...]]:
    """The data with sensitive values sealed, and the vault rows to write.

    A value of the wrong type stays as it is, so that deciding refuses it with the right reason.

    Args:
        fields: the declared fields.
        data: the command's values.
        token: gives a fresh text of 32 hexadecimal digits at each call.
    """
    sealed: dict[str, object] = dict(data)
    secrets: list[Secret] = []
    for name, value in data.items():
        if isinstance(value, Sealed):
            sealed[name] = object()  # a reference into the vault is nothing that a command may give
            continue
        field = fields.get(name)
        if field is None or not field.sensitive:
            continue
        try:
            secret = Secret(token(), dumps(plain_value(name, field, value)), token())
        except FieldProblem:
            continue
        secrets.append(secret)
        sealed[name] = Sealed(secret.ref, secret.digest)
    return sealed, tuple(secrets)


def seal_value(value: object, token: Callable[[], str]) -> tuple[Sealed, Secret]:
    """A comment, or whatever else is sensitive beside the fields, sealed, and its vault row."""
    secret = Secret(token(), dumps(value), token())
    return Sealed(secret.ref, secret.digest), secret


def unseal(secret: Secret) -> object:
    """The value of a vault row."""
    return loads_any(secret.value)


def texts_of(secret: Secret) -> Iterator[str]:
    """The value of a vault row as it could stand in a text: each of several, and each part of a map."""
    yield from _texts(unseal(secret))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    else:
        yield str(value)

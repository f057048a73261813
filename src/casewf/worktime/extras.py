"""Optional packages: each is imported where it is used, and asked for by the name of its extra."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

__all__ = ["MissingExtra", "extra"]


class MissingExtra(ModuleNotFoundError):  # noqa: N818  # what is the case
    """An optional package is not installed; the text names the extra that brings it."""


@contextlib.contextmanager
def extra(name: str, module: str) -> Iterator[None]:
    """Say what to install where the imports inside fail for want of ``module``.

    Args:
        name: the extra of casewf that brings the package.
        module: the package's name in ``import`` statements.

    Raises:
        MissingExtra: the package is not installed; the text names the extra.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
        raise MissingExtra(
            f"this needs the package {module!r}, which is not installed; install it with: "
            f"pip install 'casewf[{name}]'",
            name=module,
        ) from None

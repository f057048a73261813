"""A version of a workflow by what somebody calls it on the command line: a file, a packaged id, or what is stored."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from casewf.cli.databases import existing_store, workflows_of
from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.document import Document
from casewf.definition.document import Path as Place
from casewf.definition.load import read_document
from casewf.model.migration import Migration
from casewf.model.workflow import Workflow

_STORED = re.compile(r"(?:(?P<id>[a-z0-9][a-z0-9_-]*)@)?(?P<version>[1-9][0-9]{0,8})")


@attrs.frozen(slots=True, kw_only=True)
class Version:
    """A definition, and the file that it stands in, or None for one that a database stores."""

    workflow: Workflow
    document: Document | None = None

    @property
    def name(self) -> str:
        """``wage-claim 3``."""
        return f"{self.workflow.id} {self.workflow.version}"

    @property
    def migration(self) -> Migration | None:
        """What its file says of open cases of other versions."""
        return None if self.document is None else self.document.migration

    def place(self, path: Sequence[Place]) -> tuple[str, int] | None:
        """File and line of something in it, None where there is no file, or nothing was asked for."""
        if self.document is None or not path:
            return None
        key, value = self.document.key(*path), self.document.span(*path)
        # a value of an overlay stands under a key of its base
        found = self.document.report.place(key if key.file == value.file else value)
        return found.file, found.line


def version_of(source: str, database: str | None, out: Terminal) -> Version:
    """The version that ``source`` names: a path, a packaged id, or with a database ``VERSION`` or ``ID@VERSION``.

    Raises:
        AdapterError: there is no such database.
        DefinitionError: the file is missing or wrong.
        UsageError: the database stores no such version, or several workflows have one.
    """
    named = _STORED.fullmatch(source)
    if named is None:
        document = read_document(source)
        return Version(workflow=document.workflow, document=document)
    if database is None:
        raise UsageError(
            out.say(
                f"{source} 是数据库中的版本号，需要 --db；文件请写路径，如 ./{source}",
                f"{source} is a version in a database, which --db names; for a file write its path, such as ./{source}",
            )
        )
    known = stored_versions(database)
    found = [one for one in known if str(one.version) == named["version"] and named["id"] in (None, one.id)]
    if len(found) == 1:
        return Version(workflow=found[0])
    listed = ", ".join(f"{one.id}@{one.version}" for one in known) or "–"
    if found:
        raise UsageError(
            out.say(
                f"{source} 不止一个，请写明流程：{listed}", f"there are several {source}; say which: {listed}"
            )
        )
    raise UsageError(
        out.say(
            f"{database} 中没有版本 {source}；有：{listed}",
            f"{database} has no version {source}; it has {listed}",
        )
    )


def stored_versions(database: str) -> list[Workflow]:
    """Every version of every workflow that the cases of a database were ever pinned to, in order.

    Raises:
        AdapterError: there is no such file, it is no casewf database, or a workflow in it is damaged.
    """
    with existing_store(database) as store:
        found = workflows_of(store)
    return sorted(found.values(), key=lambda one: (one.id, one.version))

"""The saved form of states, choices and drafts: {"tag", "v", "fields"}.

The readers are built once, at import. A form that this program does not know in every word is `Unreadable`: guessing
would lead a person to the wrong place, starting anew costs them one sentence.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from handlers.cases import Draft
from handlers.choices import Choice
from handlers.states import Idle, State

Form = dict[str, Any]


class Unreadable(Exception):
    """A saved form with an unknown tag, version or field. `str()` names the tag only, never the content."""


class _Kind:
    """One dataclass that can be saved."""

    def __init__(self, cls: type[Any]) -> None:
        self.cls = cls
        self.tag: str = cls.TAG
        self.version: int = getattr(cls, "VERSION", 1)
        self.adapter: TypeAdapter[Any] = TypeAdapter(cls)
        self.names = _names(cls)


def _names(cls: type[Any]) -> dict[str, frozenset[str] | None]:
    """Field -> the names inside it where it is a dataclass itself."""
    hints = get_type_hints(cls)
    return {one.name: _inner(hints[one.name]) for one in fields(cls)}


def _inner(hint: Any) -> frozenset[str] | None:
    return frozenset(one.name for one in fields(hint)) if is_dataclass(hint) else None


_STATES = {kind.tag: kind for kind in map(_Kind, get_args(State))}
_CHOICES = {kind.tag: kind for kind in map(_Kind, get_args(Choice))}
START = Idle()
"""Where every conversation begins."""

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def dump_state(state: State) -> Form:
    return _dump(_STATES, state)


def load_state(form: Form) -> State:
    """Raises Unreadable."""
    return _load(_STATES, form)  # type: ignore[no-any-return]


def dump_choice(choice: Choice) -> Form:
    return _dump(_CHOICES, choice)


def load_choice(form: Form) -> Choice:
    """Raises Unreadable."""
    return _load(_CHOICES, form)  # type: ignore[no-any-return]


def dump_draft(draft: Draft) -> Form:
    form: Form = _DRAFT.dump_python(draft, mode="json")
    return form


def load_draft(form: Form) -> Draft:
    return _DRAFT.validate_python(form)


def _dump(kinds: dict[str, _Kind], value: Any) -> Form:
    kind = kinds[value.TAG]
    return {"tag": kind.tag, "v": kind.version, "fields": kind.adapter.dump_python(value, mode="json")}


def _load(kinds: dict[str, _Kind], form: Form) -> Any:
    kind = kinds.get(str(form.get("tag")))
    saved = form.get("fields")
    if kind is None or form.get("v") != kind.version or not isinstance(saved, dict) or not _is_known(saved, kind):
        raise Unreadable(f"cannot read the saved form {str(form.get('tag'))[:40]!r}, version {form.get('v')!r}")
    try:
        return kind.adapter.validate_python(saved)
    except ValidationError as error:
        raise Unreadable(f"the saved form {kind.tag!r} has a value of the wrong kind") from error


def _is_known(saved: Form, kind: _Kind) -> bool:
    """Whether every saved word still exists; pydantic would pass over an unknown one in silence."""
    return all(name in kind.names and _fits(value, kind.names[name]) for name, value in saved.items())


def _fits(value: Any, inner: frozenset[str] | None) -> bool:
    return inner is None or (isinstance(value, dict) and inner >= set(value))

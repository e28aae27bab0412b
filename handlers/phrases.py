"""key + values -> text. All residents' and helpers' texts stand in one file that a non-programmer can edit.

The file is `phrases.zh.toml` beside this module: `[section]`, `key = "text with {values}"`.
"""

from __future__ import annotations

import tomllib
from importlib import resources

from handlers.choices import Choice
from handlers.effects import Button


class MissingPhrase(KeyError):
    """The phrases file lacks a key, or a key lacks a value: a bug that the tests find."""


def _read() -> dict[str, str]:
    source = resources.files("handlers").joinpath("phrases.zh.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(source)
    return {f"{name}.{key}": text.strip("\n") for name, keys in sections.items() for key, text in keys.items()}


TEXTS = _read()


def phrase(key: str, **values: object) -> str:
    """The text of `key` with its `{values}` filled in."""
    try:
        return TEXTS[key].format(**values)
    except KeyError as missing:
        raise MissingPhrase(f"{key}: {missing.args[0]}") from missing


def button(key: str, choice: Choice, **values: object) -> Button:
    """A button whose label is the phrase `button.<key>`."""
    return Button(phrase(f"button.{key}", **values), choice)

"""Every phrase that the code asks for is in the file, with the values it needs; and none is there for nothing."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers
from handlers.phrases import TEXTS, MissingPhrase, phrase

ROOT = Path(handlers.__file__).parent


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("phrase", "button"):
                yield path.name, node, "button." if node.func.id == "button" else ""


def _fields(key: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(TEXTS[key]) if name}


def test_constant_keys_exist_with_their_values() -> None:
    for file, call, prefix in _calls():
        first = call.args[0]
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            continue
        key = f"{prefix}{first.value}"
        assert key in TEXTS, f"{file}: {key}"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:
            assert _fields(key) <= given, f"{file}: {key} wants {_fields(key)}"


def test_every_phrase_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    constants = {
        node.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for key in TEXTS:
        section, name = key.split(".")
        is_built = any(f"{section}.{part}" in source or f'"{part}' in source for part in (name.split("_")[0] + "_{",))
        assert key in constants or name in constants or is_built or f'f"{section}.' in source, f"nobody says {key}"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(MissingPhrase, match=r"no\.such"):
        phrase("no.such")
    with pytest.raises(MissingPhrase, match=r"case.added: to"):
        phrase("case.added")


def test_no_line_is_long_for_old_eyes() -> None:
    for key, text in TEXTS.items():
        for line in text.splitlines():
            assert len(re.sub(r"{.*?}", "", line)) <= 75, f"{key}: {line}"

"""Keeps what was learned on disk, so that the next start need not learn it again.

A kept file is named by a digest of everything that it was made from, data and code: when any of it changes, another
name is looked for and the thing is built anew. A file that cannot be read is as good as none. Kept files are pickles:
the folder must be the operator's own, as that of the database.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from catalog.wording import DATA

T = TypeVar("T")

MADE_FROM = ("kinds.csv", "lexicon.yaml", "wording.yaml")
MADE_BY = ("kinds.py", "learning.py", "lexicon.py", "matching.py", "vectors.py", "wording.py")
KEPT = 3
"""Files that stay in the folder; older ones are removed."""


def digest(texts: Iterable[str]) -> str:
    """What the index and the classifier of kinds are made from: `texts`, the word lists, the code."""
    found = hashlib.sha256(np.__version__.encode())
    for name in MADE_FROM:
        found.update((DATA / name).read_bytes())
    for name in MADE_BY:
        found.update((DATA.parent / name).read_bytes())
    for text in texts:
        found.update(text.encode("utf-8", "replace") + b"\0")
    return found.hexdigest()[:32]


def kept(folder: Path | None, name: str, kind: type[T], build: Callable[[], T]) -> T:
    """The `kind` that is kept under `name`; else what `build` gives, kept from now on. No folder: always built."""
    if folder is None:
        return build()
    file = folder / f"learned-{name}.pickle"
    with suppress(Exception):  # whatever a broken file does: it is built anew
        found = pickle.loads(file.read_bytes())
        if isinstance(found, kind):
            return found
    built = build()
    with suppress(OSError):
        _write(folder, file, pickle.dumps(built, protocol=5))
    return built


def _write(folder: Path, file: Path, data: bytes) -> None:
    """In one step: a reader sees the whole file or none."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(dir=folder, prefix=".learning-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.replace(path, file)
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise
    old = sorted(folder.glob("learned-*.pickle"), key=lambda one: one.stat().st_mtime)[:-KEPT]
    for one in old:
        one.unlink(missing_ok=True)

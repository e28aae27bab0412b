"""Keeps what a search has learned on disk, so that the next start need not learn it again.

A kept file is named by a digest of everything that it was made from, data and code: when any of it changes, another
name is looked for and the thing is built anew. A file that cannot be read is as good as none. The files are pickles,
read by an unpickler that makes nothing but our own values and arrays: whoever can write into the folder can spoil an
answer, but not run code (https://docs.python.org/3/library/pickle.html#restricting-globals).
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from catalog.confidence import COSTS, Costs
from catalog.district import District
from catalog.search import CatalogSearch, Learned, learn, names_of
from catalog.wording import DATA

T = TypeVar("T")

MADE_FROM = ("kinds.csv", "lexicon.yaml", "wording.yaml")
MADE_BY = (
    "kinds.py",
    "learning.py",
    "lexicon.py",
    "matching.py",
    "postings.py",
    "syllables.py",
    "vectors.py",
    "wide.py",
    "wording.py",
)
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


def search_for(district: District, folder: Path | None, costs: Costs = COSTS) -> CatalogSearch:
    """A search over `district`; what it learns is kept in `folder`, if there is one."""
    names = (part for pair in sorted(names_of(district).items()) for part in pair)
    words = (part for id, texts in sorted(district.phrases.items()) for part in (id, *texts))
    name = digest((*names, *words))
    return CatalogSearch(district, costs, kept(folder, name, Learned, lambda: learn(district)))


MAY_BE_MADE = frozenset(
    {
        ("catalog.search", "Learned"),
        ("catalog.matching", "Index"),
        ("catalog.kinds", "KindIndex"),
        ("catalog.postings", "Postings"),
        ("catalog.vectors", "Centroids"),
        ("catalog.vectors", "Vocabulary"),
        ("catalog.wide", "WideIndex"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)
"""(module, name) that a kept file may ask for."""


class _Careful(pickle.Unpickler):
    """Makes what is on the list and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in MAY_BE_MADE:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a kept file")
        return super().find_class(module, name)


def kept(folder: Path | None, name: str, kind: type[T], build: Callable[[], T]) -> T:
    """The `kind` that is kept under `name`; else what `build` gives, kept from now on. No folder: always built."""
    if folder is None:
        return build()
    file = folder / f"learned-{name}.pickle"
    with suppress(Exception):  # whatever a broken file does: it is built anew
        found = _Careful(io.BytesIO(file.read_bytes())).load()
        if isinstance(found, kind):
            os.utime(file)  # the one used last is removed last
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

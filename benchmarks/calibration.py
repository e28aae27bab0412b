"""Whether a stated probability is to be believed: how often an entry that is stated to be right with p is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import yaml

from benchmarks.fit_confidence import (
    OUTSIDE_SHARE,
    Asked,
    Numbers,
    Trial,
    ask,
    ask_examples,
    error,
    fit,
    grouped,
    reliability,
)
from benchmarks.report import measured, table
from catalog import kinds
from catalog.kinds import KindIndex
from catalog.matching import Index
from catalog.wording import DATA, squeeze

EVERY = 3
"""Every third phrase of a style is asked."""


def calibration(names: Mapping[str, str], rows: Sequence[tuple[str, str, str]], styles: Sequence[str]) -> str:
    groups = {style: _style(names, rows, style) for style in styles}
    index = Index(names, grouped(rows))
    texts = [squeeze(text) for text in index.texts()]
    phrases = [trial for group in groups.values() for trial in group]
    asked = ask_examples(index, texts, kinds.examples(), OUTSIDE_SHARE * len(phrases))
    outside = [trial for trial in asked if not trial.is_harmless]
    shipped = _shipped(list(phrases[0].features))
    right = _right(phrases)
    stated = _chances(phrases, shipped)
    anew = np.concatenate([_chances(groups[style], _fitted_without(groups, outside, style)) for style in styles])
    everything = [*phrases, *outside]
    weight = np.array([trial.weight for trial in everything])
    mixed = _error(_chances(everything, shipped), _right(everything), weight)
    even = np.ones(len(phrases))
    lines = [
        f"Expected calibration error {_error(stated, right, even):.3f} over these phrases; "
        f"{_error(anew, right, even):.3f} when the constants are fitted anew each time without the style that is "
        f"asked; {mixed:.3f} over the phrases and questions from outside the catalog together, half as many as "
        "phrases, which is the mixture that the constants are fitted to.",
        f"Stated over these phrases: mean {stated.mean():.3f}, right {right.mean():.3f}.",
    ]
    sizes = f"{len(phrases)} phrases of the styles {', '.join(styles)}, {len(outside)} questions from outside."
    bands = table(["stated", "phrases", "mean stated", "share right"], _bands(stated, right))
    return f"{measured('benchmarks.matching calibration', sizes)}\n\n{bands}\n\n" + "\n".join(lines)


def _style(names: Mapping[str, str], rows: Sequence[tuple[str, str, str]], style: str) -> list[Trial]:
    index = Index(names, grouped([row for row in rows if row[2] != style]))
    known = KindIndex([squeeze(text) for text in index.texts()], kinds.examples())
    asked = [Asked(text, id, "service") for id, text, of in rows if of == style][::EVERY]
    return list(ask(index, known.chances, asked, 1.0))


def _shipped(columns: Sequence[str]) -> Numbers:
    constants = yaml.safe_load((DATA / "confidence.yaml").read_text(encoding="utf-8"))["first"]
    return np.array([constants[name] for name in columns], float)


def _fitted_without(groups: Mapping[str, list[Trial]], outside: Sequence[Trial], style: str) -> Numbers:
    """Constants from all other styles; questions from outside weigh as much beside fewer phrases as beside all."""
    seen = [trial for name, group in groups.items() if name != style for trial in group]
    share = len(seen) / sum(len(group) for group in groups.values())
    weight = np.array([*(trial.weight for trial in seen), *(trial.weight * share for trial in outside)])
    everything = [*seen, *outside]
    return fit(_table(everything), _right(everything), weight)


def _table(trials: Sequence[Trial]) -> Numbers:
    return np.array([list(trial.features.values()) for trial in trials], float)


def _right(trials: Sequence[Trial]) -> Numbers:
    return np.array([trial.right["first"] for trial in trials], float)


def _chances(trials: Sequence[Trial], constants: Numbers) -> Numbers:
    chances: Numbers = 1 / (1 + np.exp(-_table(trials) @ constants))
    return chances


def _bands(stated: Numbers, right: Numbers) -> list[list[str]]:
    tenth = np.minimum((stated * 10).astype(int), 9)
    rows = []
    for n in range(10):
        own = tenth == n
        means = [f"{stated[own].mean():.3f}", f"{right[own].mean():.3f}"] if own.any() else ["–", "–"]
        rows.append([f"{n / 10:.1f}–{(n + 1) / 10:.1f}", str(int(own.sum())), *means])
    return rows


def _error(stated: Numbers, right: Numbers, weight: Numbers) -> float:
    return error(reliability(stated, right, weight))

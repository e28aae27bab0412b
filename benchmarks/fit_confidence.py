"""Fits the constants of catalog/data/confidence.yaml by cross-validation over the phrases of a district.

    python -m benchmarks.fit_confidence            # prints the constants and what they give
    python -m benchmarks.fit_confidence --write    # and writes them

Each phrase is asked of an index that has not seen it. One entry in five is left out altogether in turn, and its phrases
are asked as questions that nothing fits (NEAR_SHARE); so are the lines of benchmarks/outside.txt (FAR_SHARE). The two
shares guess how common such questions are, next to one for every phrase.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from catalog.confidence import features
from catalog.loading import load_sample
from catalog.matching import Index, comparable
from catalog.wording import DATA

OUTSIDE = Path(__file__).parent / "outside.txt"
FOLDS = 5
NEAR_SHARE = 0.15
FAR_SHARE = 0.3
SURE_FROM = 0.55
CHOOSE_FROM = 0.35
RIDGE = 1.0
HEAD = "# Written by benchmarks/fit_confidence.py from held-out phrases; catalog/confidence.py says what they mean.\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """One phrase asked of an index that does not hold it."""

    features: Mapping[str, float]
    is_first: bool
    is_three: bool
    weight: float


def trials(names: Mapping[str, str], phrases: Mapping[str, tuple[str, ...]]) -> Iterator[Trial]:
    """Every phrase asked twice, with its entry in the index and without it; then the questions from outside."""
    ids = sorted(names)
    for fold in range(FOLDS):
        kept = {id: tuple(text for n, text in enumerate(phrases.get(id, ())) if n % FOLDS != fold) for id in ids}
        index = Index(names, kept)
        asked = [(id, text) for id in ids for n, text in enumerate(phrases.get(id, ())) if n % FOLDS == fold]
        yield from _ask(index, asked, 1.0)
        left = {id: name for n, (id, name) in enumerate(sorted(names.items())) if n % FOLDS != fold}
        outside = [(id, text) for n, id in enumerate(ids) if n % FOLDS == fold for text in phrases.get(id, ())]
        yield from _ask(Index(left, phrases), outside, NEAR_SHARE)
    far = [("", line) for line in OUTSIDE.read_text(encoding="utf-8").splitlines()]
    yield from _ask(Index(names, phrases), far, FAR_SHARE * sum(map(len, phrases.values())) / len(far))


def _ask(index: Index, asked: list[tuple[str, str]], weight: float) -> Iterator[Trial]:
    for id, text in asked:
        message = comparable(text)
        ranked = index.rank(message)
        if ranked:
            found = [entry.id for entry in ranked]
            yield Trial(features(ranked, len(message)), found[0] == id, id in found[:3], weight)


def fit(table: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method with a small ridge (not on the first column, the bias)."""
    ridge = np.diag([0.0] + [RIDGE] * (table.shape[1] - 1))
    constants = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ constants))
        slope = table.T @ (weight * (right - chance)) - ridge @ constants
        curve = (table * (weight * chance * (1 - chance))[:, None]).T @ table + ridge
        constants = constants + np.linalg.solve(curve, slope)
    return constants


def main() -> None:
    district = load_sample()
    names = {service.id: service.name for service in district.services.values()}
    names |= {certificate.id: certificate.name for certificate in district.certificates.values()}
    done = list(trials(names, district.phrases))
    columns = list(done[0].features)
    table = np.array([[trial.features[name] for name in columns] for trial in done])
    weight = np.array([trial.weight for trial in done])
    constants: dict[str, object] = {}
    for model, threshold in (("first", SURE_FROM), ("three", CHOOSE_FROM)):
        right = np.array([trial.is_first if model == "first" else trial.is_three for trial in done], float)
        weights = fit(table, right, weight)
        constants[model] = {name: round(float(value), 3) for name, value in zip(columns, weights, strict=True)}
        passed = table @ weights >= np.log(threshold / (1 - threshold))
        share, good = np.average(passed, weights=weight), np.average(right[passed], weights=weight[passed])
        print(f"{model}: passed {share:.3f}, of these right {good:.3f} (all: {np.average(right, weights=weight):.3f})")
    constants |= {"sure_from": SURE_FROM, "choose_from": CHOOSE_FROM}
    text = yaml.safe_dump(constants, sort_keys=False, default_flow_style=None)
    print(text)
    if "--write" in sys.argv:
        (DATA / "confidence.yaml").write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()

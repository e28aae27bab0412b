"""Fits the constants of catalog/data/confidence.yaml on messages that were not seen in learning.

    python -m benchmarks.fit_confidence            # prints the constants, the reliability table and the error
    python -m benchmarks.fit_confidence --write    # and writes them

Each phrase of the sample is asked of an index that knows no phrase of its writing style (column `style`), and each
example of data/kinds.csv of a classifier that has not seen it. The latter stand for questions that nothing fits:
together they count OUTSIDE_SHARE as much as all phrases. One entry in five is left out in turn (NEAR_SHARE).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import yaml

from catalog import kinds, scope
from catalog.confidence import Evidence, danger_features, features
from catalog.kinds import HARMLESS, KindChances, KindExample, KindIndex
from catalog.lexicon import signs
from catalog.loading import load_sample
from catalog.matching import Index, comparable
from catalog.syllables import heard
from catalog.wording import DATA, fold, squeeze, strip_boilerplate

Numbers = npt.NDArray[np.float64]
Chances = Callable[[str], KindChances]

FOLDS = 5
NEAR_SHARE = 0.1
OUTSIDE_SHARE = 0.5
RIDGE = 1.0
HEAD = "# Written by benchmarks/fit_confidence.py from held-out phrases; catalog/confidence.py says what they mean.\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """One message asked of an index and a classifier that have not learned from it."""

    features: Mapping[str, float]
    danger: Mapping[str, float]
    """What the model of danger looks at."""
    right: Mapping[str, bool]
    weight: float
    is_harmless: bool = False
    """Alarming words, which may be a matter of the catalog or none: only the model of danger learns from it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message, the entry that it means ("" when none) and its kind."""

    text: str
    entry: str
    kind: str


def styled_phrases() -> list[tuple[str, str, str]]:
    """(id, text, style) of the sample."""
    with (DATA / "phrases.csv").open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["text"], row.get("style") or "") for row in csv.DictReader(file)]


def trials(names: Mapping[str, str]) -> Iterator[Trial]:
    rows = [row for row in styled_phrases() if row[0] in names]
    everything = grouped(rows)
    examples = kinds.examples()
    texts = [comparable(text) for texts in (*everything.values(), list(names.values())) for text in texts]
    unseen = Halves(texts, examples)
    for style in sorted({row[2] for row in rows}):
        index = Index(names, grouped([row for row in rows if row[2] != style]))
        yield from ask(index, unseen.chances, [Asked(text, id, "service") for id, text, of in rows if of == style], 1.0)
    for n in range(FOLDS):
        index = Index({id: name for m, (id, name) in enumerate(sorted(names.items())) if m % FOLDS != n}, everything)
        left = [Asked(text, "", "service") for id in sorted(names)[n::FOLDS] for text in everything[id]]
        yield from ask(index, unseen.chances, left, NEAR_SHARE)
    yield from ask_examples(Index(names, everything), texts, examples, OUTSIDE_SHARE * len(rows))


class Halves:
    """Two classifiers of kinds; each phrase is asked of the one that has not learned it."""

    def __init__(self, texts: Sequence[str], examples: Sequence[KindExample]) -> None:
        self._first = frozenset(texts[::2])
        self._learned = KindIndex(texts[::2], examples), KindIndex(texts[1::2], examples)

    def chances(self, message: str) -> KindChances:
        return self._learned[message in self._first].chances(message)


def ask_examples(index: Index, texts: Sequence[str], examples: Sequence[KindExample], weight: float) -> Iterator[Trial]:
    for n in range(FOLDS):
        known = KindIndex(texts, [example for m, example in enumerate(examples) if m % FOLDS != n])
        asked = [Asked(example.text, "", example.kind) for example in examples[n::FOLDS]]
        yield from ask(index, known.chances, asked, weight / len(examples))


def grouped(rows: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for id, text, _ in rows:
        grouped.setdefault(id, []).append(text)
    return grouped


def ask(index: Index, chances: Chances, asked: Sequence[Asked], weight: float) -> Iterator[Trial]:
    for question in asked:
        folded = heard(fold(question.text))
        message = squeeze(folded)
        query = squeeze(strip_boilerplate(folded))
        ranked = index.rank(query + signs(folded))
        near = scope.find_near_miss(message) is not None
        points = scope.complaint_points(message)
        evidence = Evidence(ranked, len(query), chances(message), points, near)
        found = [entry.id for entry in ranked]
        right = {
            "first": found[:1] == [question.entry],
            "three": question.entry in found[:3],
            "complaint": question.kind == "complaint",
            "near_miss": question.kind == "near_miss",
            "danger": question.kind == "emergency",
        }
        danger = danger_features(scope.alarm(message), evidence)
        yield Trial(features(evidence), danger, right, weight, question.kind == HARMLESS)


def fit(table: Numbers, right: Numbers, weight: Numbers) -> Numbers:
    """Logistic regression by Newton's method with a small ridge (not on the first column, the bias)."""
    ridge = np.diag([0.0] + [RIDGE] * (table.shape[1] - 1))
    constants = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ constants))
        slope = table.T @ (weight * (right - chance)) - ridge @ constants
        curve = (table * (weight * chance * (1 - chance))[:, None]).T @ table + ridge
        constants = constants + np.linalg.solve(curve, slope)
    return constants


def reliability(chance: Numbers, right: Numbers, weight: Numbers) -> list[tuple[float, float, float]]:
    """Per tenth of the stated probability: (mean stated, share right, share of all messages)."""
    tenth = np.minimum((chance * 10).astype(int), 9)
    rows = []
    for n in range(10):
        own = tenth == n
        if own.any():
            share = weight[own].sum() / weight.sum()
            stated, good = (float(np.average(values[own], weights=weight[own])) for values in (chance, right))
            rows.append((stated, good, float(share)))
    return rows


def error(rows: Sequence[tuple[float, float, float]]) -> float:
    """The expected calibration error."""
    return sum(abs(stated - right) * share for stated, right, share in rows)


def fitted(model: str, done: Sequence[Trial]) -> dict[str, float]:
    """The constants of a model; prints how far what it states can be believed."""
    used = done if model == "danger" else [trial for trial in done if not trial.is_harmless]
    seen = [trial.danger if model == "danger" else trial.features for trial in used]
    table = np.array([list(values.values()) for values in seen])
    weight = np.array([1.0 if model == "danger" else trial.weight for trial in used])
    right = np.array([trial.right[model] for trial in used], float)
    weights = fit(table, right, weight)
    stated = 1 / (1 + np.exp(-table @ weights))
    rows = reliability(stated, right, weight)
    print(f"{model}: expected calibration error {error(rows):.3f}")
    print("\n".join(f"  stated {stated:.2f}  right {good:.2f}  of all {share:.3f}" for stated, good, share in rows))
    if model == "danger":
        print(trade(stated, right, np.array([trial.is_harmless for trial in used])))
    return {name: round(float(value), 3) for name, value in zip(seen[0], weights, strict=True)}


def trade(stated: Numbers, right: Numbers, harmless: npt.NDArray[np.bool_]) -> str:
    """What thresholds for an alarm cost: dangers missed, false alarms among alarming words and among all others."""
    lines = []
    for least in (0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5):
        missed = int(((stated < least) & (right == 1)).sum())
        alarms = (stated >= least) & (right == 0)
        lines.append(
            f"  from {least:.2f}: missed {missed} of {int(right.sum())}, false alarms among harmless "
            f"{int((alarms & harmless).sum())} of {int(harmless.sum())}, among others "
            f"{int((alarms & ~harmless).sum())} of {int(((right == 0) & ~harmless).sum())}"
        )
    return "\n".join(lines)


def main() -> None:
    district = load_sample()
    names = {service.id: service.name for service in district.services.values()}
    names |= {certificate.id: certificate.name for certificate in district.certificates.values()}
    done = list(trials(names))
    constants: dict[str, object] = {}
    for model in done[0].right:
        constants[model] = fitted(model, done)
    text = yaml.safe_dump(constants, sort_keys=False, default_flow_style=None)
    print(text)
    if "--write" in sys.argv:
        (DATA / "confidence.yaml").write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()

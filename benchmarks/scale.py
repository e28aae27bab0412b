"""How search grows with the catalog: 10^3 to 10^6 phrases, beside ordinary search, each in a process of its own.

    python -m benchmarks.scale                # 1,000 to 1,000,000; some minutes
    python -m benchmarks.scale 1000 10000     # these sizes only
    python -m benchmarks.scale --write        # and puts the tables into docs/matching.md

A catalog of n phrases is the sample's phrases again and again, each time behind the name of another (invented) county,
every county with entries of its own. A question is a phrase with one character lost and 怎么办理 behind it. Memory is
what the process holds more after building than before, phrases included; phrases are made on the fly, so that only
what a search keeps is counted.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

from benchmarks import rivals
from benchmarks.report import measured, table, write
from catalog.district import District
from catalog.loading import load_sample
from catalog.matching import Index, comparable
from catalog.search import CatalogSearch, learn, names_of
from catalog.wide import WideIndex

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ASKED = 300
SEED = 7
SLOW = {"rapidfuzz ratio, every text": 40, "SQLite FTS5, trigram": 100}
"""Questions for methods that would take too long with all of them."""
MOST_LEARNED = 20_000
"""Phrases up to which the district's index, with its classifier, is in the table."""

Search = Callable[[str], list[str]]


class Counties(Mapping[str, tuple[str, ...]]):
    """id -> phrases of a catalog of about `size` phrases, made when they are asked for."""

    def __init__(self, district: District, size: int) -> None:
        self._own = {id: tuple(map(comparable, texts)) for id, texts in sorted(district.phrases.items())}
        self._sizes: dict[str, int] = {}
        left, county = size, 0
        while left > 0:
            for id, texts in self._own.items():
                if left > 0:
                    self._sizes[f"{id}@{county}"] = min(left, len(texts))
                    left -= len(texts)
            county += 1

    def __getitem__(self, key: str) -> tuple[str, ...]:
        id, county = key.split("@")
        return tuple(f"{self.county(int(county))}{text}" for text in self._own[id][: self._sizes[key]])

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)

    @staticmethod
    def county(number: int) -> str:
        """An invented name of two characters and 县; none for the first, so that small catalogs are the sample's."""
        first, second = "东西南北上下大小新老红白金银龙凤云石长江", "湖山桥河塘岭林泉溪田岗坪湾洲坡店沟港城原"
        return f"{first[number % 20]}{second[number // 20 % 20]}县" if number else ""


def methods(names: Mapping[str, str], phrases: Counties) -> dict[str, Callable[[], Search]]:
    def rows() -> list[tuple[str, str]]:
        return [(id, text) for id in phrases for text in (names[id], *phrases[id])]

    ways: dict[str, Callable[[], Search]] = {
        "exiaobang, a district (with classifier)": lambda: _ranked(Index(names, phrases, is_comparable=True)),
        "exiaobang, a province": lambda: _ranked(WideIndex(names, phrases, is_comparable=True)),
        "rapidfuzz ratio, every text": lambda: rivals.by_ratio(rows()),
        "SQLite FTS5, trigram": lambda: rivals.by_fts5(rows()),
    }
    if rivals.has_tantivy():
        ways["tantivy, words cut by jieba"] = lambda: rivals.by_tantivy(rows())
        ways["tantivy, pairs of characters"] = lambda: rivals.by_tantivy(rows(), rivals.pairs)
    return ways


def _ranked(index: Index | WideIndex) -> Search:
    return lambda text: [entry.id for entry in index.rank(text, 3)]


def questions(phrases: Counties, count: int) -> list[tuple[str, str]]:
    """(right id, text): a phrase of eight characters or more, one of them lost, and a filler behind it."""
    random = Random(SEED)
    ids = list(phrases)
    asked = []
    while len(asked) < count:
        id = random.choice(ids)
        text = random.choice(phrases[id])
        if len(text) >= 8:
            at = random.randrange(len(text))
            asked.append((id, text[:at] + text[at + 1 :] + "怎么办理"))
    return asked


def held() -> float:
    """MiB that this process holds now."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def one(method: str, size: int) -> dict[str, float]:
    """Measures one method at one size, in this process."""
    district = load_sample()
    phrases = Counties(district, size)
    own_names = {id: comparable(name) for id, name in names_of(district).items()}
    names = {id: Counties.county(int(id.split("@")[1])) + own_names[id.split("@")[0]] for id in phrases}
    asked = questions(phrases, SLOW.get(method, ASKED))
    comparable("先说一句")
    before, start = held(), time.perf_counter()
    search = methods(names, phrases)[method]()
    built = time.perf_counter() - start
    after = held()
    for _, text in asked[:10]:
        search(text)
    spans, right = [], 0
    for id, text in asked:
        start = time.perf_counter()
        found = search(text)
        spans.append(time.perf_counter() - start)
        right += found[:1] == [id]
    spans.sort()
    return {
        "p50": spans[len(spans) // 2] * 1e3,
        "p95": spans[int(len(spans) * 0.95)] * 1e3,
        "build": built,
        "memory": after - before,
        "hit": right / len(asked),
    }


def in_process_of_its_own(method: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", "--one", method, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def scale(sizes: tuple[int, ...]) -> str:
    names = list(methods({}, Counties(load_sample(), 1)))
    rows = []
    for size in sizes:
        for name in names:
            if name.startswith("exiaobang, a district") and size > MOST_LEARNED:
                continue
            f = in_process_of_its_own(name, size)
            row = [f"{f['p50']:.2f} / {f['p95']:.2f}", f"{f['build']:.1f}", f"{f['memory']:.0f}", f"{f['hit']:.3f}"]
            rows.append([f"{size:,}", name, *row])
            print(rows[-1], file=sys.stderr, flush=True)
    about = measured("benchmarks.scale", f"{ASKED} questions (fewer for the slow ones), seed {SEED}.")
    return f"{about}\n\n{table(['phrases', '', 'p50 / p95 ms', 'build s', 'memory MiB', 'hit@1'], rows)}"


def start_up() -> str:
    """What the first start of the sample district costs, and every later one."""
    import tempfile

    from bot.keeping import search_for

    district, start = load_sample(), time.process_time()
    learn(district)
    cold = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        search_for(district, Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 2**20
        start = time.perf_counter()
        load_sample()
        files = time.perf_counter() - start
        start = time.perf_counter()
        search: CatalogSearch = search_for(district, Path(folder))
        kept = time.perf_counter() - start
    start = time.perf_counter()
    search.understand("社保卡丢了怎么补")
    first = time.perf_counter() - start
    texts = sum(map(len, district.phrases.values()))
    about = measured("benchmarks.scale", f"the sample district, {texts:,} phrases.")
    rows = [
        ["reading and checking the district's files", f"{files:.2f}"],
        ["learning its words, at the first start and after each change (CPU)", f"{cold:.2f}"],
        [f"reading what was learned ({size:.0f} MiB), at every other start", f"{kept:.2f}"],
        ["the first question", f"{first:.2f}"],
    ]
    return f"{about}\n\n{table(['', 's'], rows)}"


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(sys.argv[2], int(sys.argv[3]))))
        return
    sizes = tuple(int(word) for word in sys.argv[1:] if word.isdigit()) or SIZES
    for name, text in (("start", start_up()), ("scale", scale(sizes))):
        print(text)
        if "--write" in sys.argv:
            write(name, text)


if __name__ == "__main__":
    main()

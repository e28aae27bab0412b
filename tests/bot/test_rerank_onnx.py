"""An embedding model as a ranker: what orders, what is missing, and a real model."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from bot.faults import BadSettings
from bot.rerank_choice import reranked
from bot.rerank_onnx import PHRASES, EmbeddingRanker, OnnxEncoder, Vectors, phrases_of
from bot.reranking import Choice, Reranked
from bot.settings import load
from bot.town import Town
from catalog.understanding import Band, Candidate, Kind, Understanding
from tests.bot.a_store import sample

ROOT = Path(__file__).parents[2]
CHARS = "社保卡丢了补办老年证公交残疾人"
CARD, SENIOR, DISABLED = "D001", "T007", "D082"
"""Entries of the sample: a social security card, a senior's card, a lost certificate of disability."""
CHOICES = [Choice(DISABLED, "残疾人证"), Choice(CARD, "社保卡补办"), Choice(SENIOR, "老年证")]
PHRASES_OF = {DISABLED: ["残疾人证"], CARD: ["补办", "社保卡丢了"], SENIOR: ["老年证", "老年公交"]}
NAMES = {choice.id: choice.name for choice in CHOICES}


class CharEncoder:
    """A text as the counts of its characters. `gate`, when given, is waited for before anything is encoded."""

    def __init__(self, gate: Event | None = None) -> None:
        self.gate = gate

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.gate:
            assert self.gate.wait(10)
        counts = np.array([[text.count(char) for char in CHARS] for text in texts], np.float32)
        vectors: Vectors = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
        return vectors


class Doubting:
    """A search that never knows."""

    def understand(self, text: str) -> Understanding:
        candidates = tuple(Candidate(id, 0.3) for id in (CARD, SENIOR, DISABLED))
        return Understanding(Kind.SERVICE, Band.CHOOSE, candidates)


def ids(search: Reranked, text: str) -> list[str]:
    return [candidate.id for candidate in search.understand(text).candidates]


TOWN = Town(sample(), Doubting())


async def test_the_nearest_phrase_of_an_entry_counts() -> None:
    ranker = EmbeddingRanker(CharEncoder(), PHRASES_OF)
    await asyncio.wrap_future(ranker.reading)
    assert await ranker.order("社保卡丢了", CHOICES) == (CARD, DISABLED, SENIOR)
    assert (await ranker.order("老年人公交", CHOICES))[0] == SENIOR
    assert await ranker.order("社保卡", [Choice("X", "new in the catalog"), CHOICES[1]]) == (CARD,)
    await ranker.close()


async def test_no_opinion_until_the_phrases_are_read() -> None:
    gate = Event()
    ranker = EmbeddingRanker(CharEncoder(gate), PHRASES_OF)
    search = Reranked(Doubting(), ranker, NAMES, 5)
    await search.prepare("残疾人证")
    assert (ids(search, "残疾人证")[0], search.counts["no_opinion"]) == (CARD, 1)
    gate.set()
    await asyncio.wrap_future(ranker.reading)
    await search.prepare("残疾人证")
    assert (ids(search, "残疾人证")[0], search.counts["ordered"]) == (DISABLED, 1)
    await search.close()


async def test_a_slow_model_costs_the_limit_only() -> None:
    gate = Event()
    gate.set()
    ranker = EmbeddingRanker(CharEncoder(gate), PHRASES_OF)
    await asyncio.wrap_future(ranker.reading)
    gate.clear()
    search = Reranked(Doubting(), ranker, NAMES, limit=0.2)
    await search.prepare("残疾人证")
    assert search.counts["timed_out"] == 1
    assert ids(search, "残疾人证") == [CARD, SENIOR, DISABLED]
    gate.set()
    await search.close()


async def test_closing_ends_the_reading() -> None:
    gate = Event()
    ranker = EmbeddingRanker(CharEncoder(gate), {str(n): ["社"] for n in range(100_000)})
    await ranker.close()
    gate.set()
    assert wait([ranker.reading], 5).not_done == set()


def test_every_entry_has_its_name_and_some_phrases() -> None:
    phrases = phrases_of(sample())
    assert len(phrases) == len(sample().services) + len(sample().certificates)
    assert {len(texts) for texts in phrases.values()} <= set(range(1, PHRASES + 2))
    assert all(phrases[id][0] == service.name for id, service in sample().services.items())


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"RERANKER_FOLDER: .* has no model\.onnx and no tokenizer\.json"):
        load(reranker="onnx", reranker_folder=tmp_path)


# --- a model by hand: an ONNX file is a protobuf, and so small a one needs no library ---------------------------------


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80]) + _varint(value >> 7) if value > 0x7F else bytes([value])


def _tensor_type(name: str, element: int, dims: Sequence[str | int]) -> bytes:
    shape = b"".join(_field(1, _field(1, dim) if isinstance(dim, int) else _field(2, dim)) for dim in dims)
    return _field(1, name) + _field(2, _field(1, _field(1, element) + _field(2, shape)))


def write_model(folder: Path, first_input: str = "input_ids") -> Path:
    """A model that looks a vector up for every token: one direction per character of CHARS, nothing for others."""
    table = np.eye(len(CHARS) + 1, dtype=np.float32)
    table[0] = 0
    float32, int64 = 1, 7
    initial = _field(1, table.shape[0]) + _field(1, table.shape[1]) + _field(2, float32) + _field(8, "table")
    node = _field(1, "table") + _field(1, first_input) + _field(2, "tokens") + _field(4, "Gather")
    graph = _field(1, node) + _field(2, "g") + _field(5, initial + _field(9, table.tobytes()))
    graph += _field(11, _tensor_type(first_input, int64, ("texts", "length")))
    graph += _field(12, _tensor_type("tokens", float32, ("texts", "length", table.shape[1])))
    (folder / "model.onnx").write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13)))
    vocab = {"[UNK]": 0} | {char: place for place, char in enumerate(CHARS, 1)}
    split = {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False}
    words = {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"}
    tokenizer = {"version": "1.0", "added_tokens": [], "pre_tokenizer": split, "model": words}
    nothing = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer | nothing), "utf-8")
    return folder


def test_a_models_vectors_have_length_one(tmp_path: Path) -> None:
    one, longer, nothing = OnnxEncoder(write_model(tmp_path)).encode(["社", "社保保", "xyz"])
    assert one[CHARS.index("社") + 1] == pytest.approx(1)
    assert np.linalg.norm(longer) == pytest.approx(1)
    assert longer[CHARS.index("保") + 1] == pytest.approx(2 / 5**0.5)
    assert not nothing.any()


async def test_a_model_in_a_folder_orders(tmp_path: Path) -> None:
    """With the sample's own names and phrases."""
    encoder = OnnxEncoder(write_model(tmp_path))
    ranker = EmbeddingRanker(encoder, {id: phrases_of(sample())[id] for id in NAMES})
    await asyncio.wrap_future(ranker.reading)
    search = Reranked(Doubting(), ranker, NAMES, 5)
    await search.prepare("残疾证")
    await search.close()
    assert ids(search, "残疾证")[0] == DISABLED


async def test_the_settings_put_a_model_around_the_search(tmp_path: Path) -> None:
    settings = load(reranker="onnx", reranker_folder=write_model(tmp_path))
    search = reranked(TOWN, settings).search
    assert isinstance(search, Reranked)
    await search.close()


def test_a_model_of_another_kind_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="wants pixels: not a sentence model"):
        OnnxEncoder(write_model(tmp_path, "pixels"))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_broken_file_gets_a_sentence(tmp_path: Path, name: str) -> None:
    (write_model(tmp_path) / name).write_bytes(b"\x00 broken")
    with pytest.raises(BadSettings, match="cannot be loaded"):
        OnnxEncoder(tmp_path)


WITHOUT_PACKAGE = """
import sys
sys.modules["onnxruntime"] = None  # as on a machine without it
from bot.faults import BadSettings
from bot.rerank_onnx import OnnxEncoder
from pathlib import Path
try:
    OnnxEncoder(Path(sys.argv[1]))
except BadSettings as bad:
    print(bad)
"""


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_PACKAGE, str(write_model(tmp_path))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "needs the package onnxruntime" in ran.stdout, ran.stdout + ran.stderr
    assert "pip install 'exiaobang[embeddings]'" in ran.stdout

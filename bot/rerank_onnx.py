"""A ranker of one's own: a sentence-embedding model in a folder, run in this process (extra `embeddings`).

The folder holds `model.onnx` (inputs input_ids, attention_mask and perhaps token_type_ids; the first output is one
vector per text, or one per token) and `tokenizer.json`, the form that most published embedding models have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.faults import WHAT_TO_WRITE, BadSettings, Fault, variable
from bot.reranking import Choice, names_of
from catalog.district import District

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
LONGEST = 128
"""Tokens of a text that are read."""
PHRASES = 5
"""Phrases of an entry that are compared beside its name: each costs a run of the model at the start."""
_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Texts -> vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text (all zero for one that says nothing)."""
        ...


class OnnxEncoder:
    """The model of a folder, on one thread of the processor."""

    def __init__(self, folder: Path) -> None:
        """Raises BadSettings when a package or a file is missing or cannot be used."""
        runtime, tokenizers = _package("onnxruntime"), _package("tokenizers")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
            session = runtime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries raise their own kinds, some of them bare Exception
            raise _bad(f"the model in {folder} cannot be loaded ({type(error).__name__})") from None
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()
        self._tokenizer: Any = tokenizer
        self._session: Any = session
        self._inputs = {each.name for each in session.get_inputs()}
        if not {"input_ids"} <= self._inputs <= _INPUTS:
            raise _bad(f"the model in {folder} wants {', '.join(sorted(self._inputs))}: not a sentence model")

    def encode(self, texts: Sequence[str]) -> Vectors:
        read = self._tokenizer.encode_batch(list(texts))
        mask = np.array([each.attention_mask for each in read], np.int64)
        values = {
            "input_ids": np.array([each.ids for each in read], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        made = self._session.run(None, {name: values[name] for name in self._inputs})[0]
        return _of_length_one(_pooled(made, mask))


def _pooled(made: NDArray[np.float32], mask: NDArray[np.int64]) -> Vectors:
    """One vector per text: as it is, or the mean over its tokens."""
    if made.ndim == 2:
        return made.astype(np.float32)
    weights = mask[:, :, None].astype(np.float32)
    mean: Vectors = (made * weights).sum(1) / np.maximum(weights.sum(1), 1)
    return mean


def _of_length_one(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    one: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return one


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        wrong = f"onnx needs the package {name}, which is not installed"
        raise BadSettings(Fault(variable("reranker"), wrong, "run pip install 'exiaobang[embeddings]'")) from None


def _bad(wrong: str) -> BadSettings:
    return BadSettings(Fault(variable("reranker_folder"), wrong, WHAT_TO_WRITE["reranker_folder"]))


class EmbeddingRanker:
    """Orders choices by the cosine of the message and the nearest of each choice's phrases. It runs on a thread of its
    own and has no opinion until it has read the phrases (some seconds to a minute after the start)."""

    def __init__(self, encoder: Encoder, phrases: Mapping[str, Sequence[str]]) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self._closing = Event()
        self._thread = ThreadPoolExecutor(1, "reranker")
        self.reading = self._thread.submit(self._read, phrases)
        """Done when all phrases are read."""

    def _read(self, phrases: Mapping[str, Sequence[str]]) -> None:
        for id, texts in phrases.items():
            if self._closing.is_set():
                return
            self._vectors[id] = self._encoder.encode(texts)

    async def order(self, message: str, choices: Sequence[Choice]) -> Sequence[str]:
        """Raises what the model raises."""
        if not self.reading.done():
            return ()
        self.reading.result()
        return await asyncio.wrap_future(self._thread.submit(self._order, message, [choice.id for choice in choices]))

    def _order(self, message: str, ids: Sequence[str]) -> tuple[str, ...]:
        asked = self._encoder.encode([message])[0]
        near = {id: float((self._vectors[id] @ asked).max()) for id in ids if id in self._vectors}
        return tuple(sorted(near, key=lambda id: -near[id]))

    async def close(self) -> None:
        self._closing.set()
        self._thread.shutdown(wait=False, cancel_futures=True)


def phrases_of(district: District) -> dict[str, tuple[str, ...]]:
    """For every entry its official name and the first phrases."""
    return {id: (name, *district.phrases.get(id, ())[:PHRASES]) for id, name in names_of(district).items()}

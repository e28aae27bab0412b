"""Picks the reranker that the settings name; none is imported unless it is named."""

from __future__ import annotations

from dataclasses import replace

from bot.reranking import Ranker, Reranked, names_of
from bot.settings import Settings
from bot.town import Town
from catalog.district import District


def reranked(town: Town, settings: Settings) -> Town:
    """The town, with the settings' reranker around its search if there is one. Raises BadSettings."""
    ranker = _ranker(town.district, settings)
    if ranker is None:
        return town
    return replace(town, search=Reranked(town.search, ranker, names_of(town.district), settings.reranker_seconds))


def _ranker(district: District, settings: Settings) -> Ranker | None:
    match settings.reranker:
        case "openai":
            from bot.rerank_openai import OpenAiRanker

            key, model, seconds = settings.key_of_reranker, settings.reranker_model, settings.reranker_seconds
            return OpenAiRanker(settings.reranker_url, key, model, seconds)
        case "onnx" if settings.reranker_folder is not None:
            from bot.rerank_onnx import EmbeddingRanker, OnnxEncoder, phrases_of

            return EmbeddingRanker(OnnxEncoder(settings.reranker_folder), phrases_of(district))
        case _:
            return None

"""What is configured and whether it can be used, without starting anything."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import make_url

from bot.opening import district_of, opened
from bot.settings import Settings
from handlers.people import Role
from storage import people


def findings(settings: Settings) -> Iterator[str]:
    """One line for each thing. Raises what starting would raise."""
    yield f"folder     {settings.data_folder}"
    yield f"web chat   http://{settings.host}:{settings.port}"
    yield f"telegram   {_telegram(settings)}"
    yield f"reranker   {_reranker(settings)}"
    district = district_of(settings)
    kind = "sample data" if district.is_sample else "own files"
    counts = f"{len(district.services)} services, {len(district.helpers)} in the roster"
    yield f"district   {district.name} ({kind}): {counts}"
    with opened(settings, district) as store, store.read() as reader:
        helpers, supervisors = people.joined_helpers(reader), people.in_role(reader, Role.SUPERVISOR)
    yield f"database   {make_url(settings.database).render_as_string(hide_password=True)}: up to date"
    yield f"joined     {len(helpers)} helpers, {len(supervisors)} supervisors"
    if not supervisors:
        yield "next       exiaobang invite --role supervisor"


def _telegram(settings: Settings) -> str:
    if settings.token is None:
        return "off (no EXIAOBANG_TELEGRAM_TOKEN)"
    return f"{settings.telegram_library}, {settings.telegram_mode}"


def _reranker(settings: Settings) -> str:
    match settings.reranker:
        case "openai":
            return f"{settings.reranker_model} at {settings.reranker_url}, at most {settings.reranker_seconds:g} s"
        case "onnx":
            return f"the model in {settings.reranker_folder}, at most {settings.reranker_seconds:g} s"
        case _:
            return "off"

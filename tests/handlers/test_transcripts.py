"""Every transcript is played on the plain channel and must come out as it stands (`pytest --update` writes it anew)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.town import plain_seat, town_in
from tests.transcripts import play, scripts


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.stem)
async def test_transcript(script: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = script.read_text(encoding="utf-8")  # noqa: ASYNC240
    async with town_in(tmp_path) as town:
        played = await play(text, town, plain_seat)
    if request.config.getoption("--update"):
        script.write_text(played, encoding="utf-8")  # noqa: ASYNC240
    assert played == text or request.config.getoption("--update")

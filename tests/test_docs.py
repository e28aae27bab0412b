"""The docs tell the truth of today."""

from __future__ import annotations

import re

from docs import draw


def test_pictures_are_drawn_from_the_code_as_it_is() -> None:
    for path in draw.files():
        text = path.read_text(encoding="utf-8")
        assert draw.filled(text) == text, f"run: python -m docs.draw ({path.name} is out of date)"


def test_links_lead_somewhere() -> None:
    for path in draw.files():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"

"""What happens to messages between the head and the screen: one slip each, drawn from a given random source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random

from opencc import OpenCC
from pypinyin import lazy_pinyin

Noise = Callable[[str, Random], str]
BEFORE = ("那个，我想问哈子，", "呃，就是说，", "麻烦问一声，", "哎，跟你打听个事，")
STRAY = "的了是我不在有人这个他们来到说"
BEHIND = ("，晓得不", "，谢谢啊", "，是不是这样的", "，我也搞不太懂")


def _is_character(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _characters(text: str) -> list[int]:
    return [n for n, char in enumerate(text) if _is_character(char)]


def homophones(texts: Iterable[str]) -> Mapping[str, list[str]]:
    """Sound (without tone) -> the characters of `texts` that sound so, in a fixed order."""
    found: dict[str, list[str]] = {}
    for char in sorted({char for text in texts for char in text if _is_character(char)}):
        found.setdefault(lazy_pinyin(char)[0], []).append(char)
    return found


def wrong_character(sounds: Mapping[str, list[str]]) -> Noise:
    """One character replaced by another of the same sound; the text itself when no character has another."""

    def noise(text: str, random: Random) -> str:
        others = {n: [c for c in sounds.get(lazy_pinyin(text[n])[0], []) if c != text[n]] for n in _characters(text)}
        able = [n for n, chars in others.items() if chars]
        if not able:
            return text
        at = random.choice(able)
        return text[:at] + random.choice(others[at]) + text[at + 1 :]

    return noise


def unspoiled(text: str, random: Random) -> str:
    return text


def dropped(text: str, random: Random) -> str:
    at = _one(text, random)
    return text[:at] + text[at + 1 :] if len(text) > 1 else text


def doubled(text: str, random: Random) -> str:
    at = _one(text, random)
    return text[:at] + text[at : at + 1] + text[at:]


def added(text: str, random: Random) -> str:
    """One of the commonest characters of chat put in somewhere."""
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(STRAY) + text[at:]


def swapped(text: str, random: Random) -> str:
    """Two neighbours that differ change places."""
    able = [n for n in _characters(text) if n + 1 < len(text) and text[n] != text[n + 1]]
    if not able:
        return text
    at = random.choice(able)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def traditional(text: str, random: Random) -> str:
    return str(_TRADITIONAL.convert(text))


def filled(text: str, random: Random) -> str:
    return random.choice(BEFORE) + text + random.choice(BEHIND)


def in_pinyin(text: str, random: Random) -> str:
    return " ".join(lazy_pinyin(text))


def _one(text: str, random: Random) -> int:
    return random.choice(_characters(text) or [0])


_TRADITIONAL = OpenCC("s2t")


def all_noises(texts: Iterable[str]) -> dict[str, Noise]:
    return {
        "one wrong character of the same sound": wrong_character(homophones(texts)),
        "one character dropped": dropped,
        "one character doubled": doubled,
        "one character added": added,
        "two neighbours swapped": swapped,
        "traditional script": traditional,
        "filler words": filled,
        "full pinyin": in_pinyin,
    }

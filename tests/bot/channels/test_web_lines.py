"""Lines as pages show them, photos as they are kept, forms as they are believed: the parts, without a server."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.requests import Request

from bot.web.lines import Piece, fold, pieces_of, spoken_time, title_and_text
from bot.web.photos import Unusable, sound_type, take
from bot.web.sessions import is_own_form, new_session
from handlers.messages import FileKind
from storage.threads import Line

NOON = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)
"""12:00 in the district."""


def line(number: int, text: str, edits: str = "", after: timedelta = timedelta()) -> Line:
    return Line(number, "bot", edits or f"k{number}", {"text": text}, NOON + after, edits)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("打 0711-3386012 或 12345", ["07113386012", "12345"]),
        ("手机13812345678。", ["13812345678"]),
        ("着火打119，急救：120", ["119", "120"]),
        ("还是担心，随时打 119。", ["119"]),
        ("急事打 110、119、120。", ["110", "119", "120"]),
        ("请马上打：110、120", ["110", "120"]),
        ("请马上打：12356、110、120", ["12356", "110", "120"]),
        ("第3、120个，5、119 平米", []),
        ("全区120个纳凉点，110 平米", []),
        ("身份证 420704199001011234 不要发", []),
        ("编号 E2-4K7M-12345-9", []),
        ("金额 12345.6 元", []),
        ("电话：12333\n收费：12800 元，或打 12356", ["12333", "12356"]),
    ],
)
def test_phone_numbers_can_be_tapped_and_other_numbers_not(text: str, numbers: list[str]) -> None:
    pieces = pieces_of(text, with_links=True)
    assert [piece.tel for piece in pieces if piece.tel] == numbers
    assert "".join(piece.text for piece in pieces) == text


@given(st.text())
def test_no_text_is_lost_but_the_marks_that_turn_it_round(text: str) -> None:
    whole = pieces_of(text, with_links=False)[0].text
    assert "".join(piece.text for piece in pieces_of(text, with_links=True)) == whole
    assert not set(whole) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_the_link_of_an_invite_can_be_tapped_and_no_other() -> None:
    code = "wA5-_x" * 6
    text = f"点开：https://chat.example.org/join/{code}\n打 12345 或看 https://evil.example/{code}"
    pieces = pieces_of(text, with_links=True)
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.text, piece.path) for piece in pieces if piece.path] == [
        (f"https://chat.example.org/join/{code}", f"/join/{code}")
    ]
    assert [piece.tel for piece in pieces if piece.tel] == ["12345"]


def test_what_a_person_writes_makes_no_links() -> None:
    assert pieces_of("打 12345", with_links=False) == (Piece("打 12345"),)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("老年人优待证\n\n谁能办：", "老年人优待证"),
        ("好的。\n\n还要别的吗？", ""),
        ("一行\n两行\n\n三行", ""),
        ("长" * 25 + "\n\n短", ""),
        ("只有一行", ""),
        ("【示范数据】都是示例", ""),
    ],
)
def test_a_short_line_that_stands_apart_is_a_title(text: str, title: str) -> None:
    found, rest = title_and_text(text)
    assert found == title
    assert rest == (text.removeprefix(title).lstrip("\n") if title else text)


def test_a_first_line_in_brackets_is_a_title() -> None:
    assert title_and_text("【申领老年人优待证】\n谁能办：个人") == ("申领老年人优待证", "谁能办：个人")


def test_each_line_stands_once_in_its_first_place_as_last_written() -> None:
    shown = fold([line(1, "甲"), line(2, "乙"), line(3, "丙", edits="k1"), line(4, "丁", edits="not shown")], NOON)
    assert [(one.key, one.id, one.pieces[0].text) for one in shown] == [("k1", 3, "丙"), ("k2", 2, "乙")]
    assert [one.when and one.when.spoken for one in shown] == ["今天 12:00", None]


def test_a_pause_shows_the_time() -> None:
    shown = fold([line(1, "甲"), line(2, "乙", after=timedelta(minutes=10))], NOON + timedelta(days=1))
    whens = [one.when for one in shown if one.when]
    assert [when.spoken for when in whens] == ["昨天 12:00", "昨天 12:10"]
    assert (whens[1].day, whens[1].date, whens[1].clock) == ("2026-09-03", "9月3日 星期四", "12:10")
    assert spoken_time(NOON, NOON + timedelta(days=3)) == "9月3日 星期四 12:00"
    assert spoken_time(NOON + timedelta(hours=12), NOON) == "9月4日 星期五 00:00"


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"OggS", "audio/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"#!AMR\n", "audio/amr"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"RIFF\0\0\0\0WEBP", ""),
        (b"\xff\xd8\xff\xe0", ""),
        (b"\x89PNG", ""),
        (b"", ""),
    ],
)
def test_recordings_are_known_by_their_first_bytes(head: bytes, mime: str) -> None:
    assert sound_type(head) == mime


@given(st.binary(max_size=400))
def test_any_bytes_are_a_file_or_a_sentence(data: bytes) -> None:
    outcome: object
    try:
        outcome = take(data, "x").kind
    except Unusable as sentence:
        outcome = str(sentence)[-1]
    assert outcome in (*FileKind, "。")


def test_a_transparent_picture_gets_a_white_ground_and_a_big_one_becomes_smaller() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4800, 100), (0, 0, 0, 0)).save(out, "PNG")
    kept = Image.open(io.BytesIO(take(out.getvalue(), "x.png").data))
    assert (kept.format, kept.size, kept.getpixel((5, 5))) == ("JPEG", (2400, 50), (255, 255, 255))


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"origin": "https://a.example"}, True),
        ({"origin": "https://a.example", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "https://a.example:444"}, False),
        ({"origin": "https://a.example.evil.example"}, False),
        ({"origin": "https://a.example", "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
    ],
)
def test_a_form_is_ours_only_when_the_browser_says_so(headers: dict[str, str], is_ours: bool) -> None:
    raw = [(name.encode(), value.encode()) for name, value in {"host": "a.example", **headers}.items()]
    assert is_own_form(Request({"type": "http", "headers": raw})) is is_ours


def test_nothing_public_leads_back_to_a_session() -> None:
    session, other = new_session(), new_session()
    assert len({session.secret, session.address, session.form_token, other.address, other.form_token}) == 5
    assert session.sent(session.form_token)
    assert not session.sent(other.form_token)
    assert not session.sent(session.address)

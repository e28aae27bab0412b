from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.numbers import RANDOM_DIGITS, looks_like, parse, spoken, with_check

digits = st.text("0123456789", min_size=RANDOM_DIGITS, max_size=RANDOM_DIGITS)


@given(digits)
def test_a_number_is_read_back_as_it_is_spoken(random_digits: str) -> None:
    number = with_check(random_digits)
    assert parse(f"单号是 {spoken(number)}，谢谢") == number


@given(digits, st.integers(0, RANDOM_DIGITS), st.integers(1, 9))
def test_one_wrong_digit_is_caught(random_digits: str, place: int, by: int) -> None:
    number = with_check(random_digits)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert parse(wrong) is None
    assert looks_like(wrong)


@given(digits, st.integers(0, RANDOM_DIGITS - 1))
def test_two_swapped_neighbours_are_caught(random_digits: str, place: int) -> None:
    number = with_check(random_digits)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or parse(swapped) is None


def test_full_width_digits_and_dashes_are_read() -> None:
    number = with_check("8907866661760")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert parse(f"{number[:4]}－{number[4:8]}—{number[8:]}".translate(wide)) == number


def test_phone_numbers_are_no_case_numbers() -> None:
    assert parse("13800138000") is None
    assert not looks_like("我的电话是13800138000")

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.masking import LONGEST, without_blots, without_personal_data


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("电话138 1234 5678 帮我办", "电话＊ 帮我办"),
        ("电话１３８１２３４５６７８", "电话＊"),
        ("打幺三八七一二三四五六七", "打＊"),
        ("身份证42070419900101123X怎么补", "身份证＊怎么补"),
        ("鄂G12345这个车年审", "＊这个车年审"),
        ("鄂GD12345新能源", "＊新能源"),
        ("我叫张三，社保卡丢了怎么办", "我叫＊，社保卡丢了怎么办"),
        ("我是李建国，咨询公积金", "我是＊，咨询公积金"),
        ("我住凤凰街道3栋2单元501室，低保", "我住凤凰街道＊，低保"),
        ("户口在7组18号", "户口在7组＊"),
        ("微信号abcd_1234", "微信号＊"),
        ("发到zhang@qq.com", "发到＊"),
        ("一句\n两句", "一句 两句"),
    ],
)
def test_what_names_a_person_is_blotted_out(text: str, clean: str) -> None:
    assert without_personal_data(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "12345打不通",
        "2026年养老金涨多少，有3000元吗",
        "11月25号去行吗？",
        "我妈今年六十五了，有一百二十块",
        "泽林镇兴桥村的低保",
        "这叫什么证",
        "我是退休，工资没发",
    ],
)
def test_what_a_question_needs_stays(text: str) -> None:
    assert without_personal_data(text) == text


@given(st.text(max_size=300), st.text("0123456789 -", min_size=7, max_size=30))
def test_no_long_number_is_left_in_any_text(text: str, number: str) -> None:
    clean = without_personal_data(text + number + text)
    assert len(clean) <= LONGEST
    assert not re.search(r"[0-9]{7,}", clean)


def test_a_phrase_has_no_blots() -> None:
    assert without_blots("打＊说本本掉了…") == "打 说本本掉了"

"""What people answer to the bot's own questions is no emergency, however short it is."""

from __future__ import annotations

import pytest

from catalog.understanding import Kind
from tests.town import sample

ANSWERS = [
    "要得",
    "冒得了",
    "没得了",
    "王婆婆",
    "天气",
    "昨天",
    "后天下午三点",
    "昨天下午5点",
    "越快越好",
    "晚上或周末",
    "张三",
    "5号窗口",
    "电话打错了",
    "我听不清字太小",
    "材料都收齐了，只差签字",
    "老人腿脚不便，请敲门等一下",
    "今天下雨了",
    "我不晓得",
    "他没来",
    "门锁了",
    "人走了",
    "见面说清了",
    "等一下",
    "泽林镇泽林村三组",
    "我家有三口人",
    "好的麻烦你了",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_raises_no_alarm(text: str) -> None:
    assert sample()[1].understand(text).kind is not Kind.EMERGENCY


def test_no_place_of_the_district_raises_an_alarm() -> None:
    district, search = sample()
    alarming = [place.name for place in district.places if search.understand(place.name).kind is Kind.EMERGENCY]
    assert alarming == []


def test_no_helper_name_raises_an_alarm() -> None:
    district, search = sample()
    names = {helper.name for helper in district.helpers}
    assert [name for name in names if search.understand(name).kind is Kind.EMERGENCY] == []

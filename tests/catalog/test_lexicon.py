from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lexicon import expand, lexicon
from catalog.loading import load_sample
from catalog.wording import fold

MEANT = [
    ("我屋里老头昨天走了，户口么样搞", "死亡"),
    ("婆婆上个月过身了", "死亡"),
    ("毛毛刚生的，医保怎么交", "新生儿"),
    ("想吃低保", "最低生活保障"),
    ("交新农合", "城乡居民基本医疗保险"),
    ("租了个门面", "经营场所"),
    ("叫村里打个条子", "证明"),
    ("红本本丢了", "不动产证"),
    ("给伢上户口", "户口登记"),
    ("村里起屋要批吗", "宅基地"),
    ("爹爹要刷脸", "领取资格认证"),
    ("4050怎么弄", "就业困难人员认定"),
]
NOT_MEANT = [
    ("卡被人拿走了", "死亡"),
    ("跑了一趟又走了弯路", "死亡"),
    ("我跟老公去扯离婚，结婚证还要带吗", "结婚登记"),
    ("结婚证红本不见了", "不动产证"),
    ("低保户的发票怎么报销", "最低生活保障"),
    ("在铺子外头摆摊行不行", "经营场所"),
    ("小区楼下的树想砍", "林木采伐许可证"),
]


@pytest.mark.parametrize(("message", "concept"), MEANT)
def test_everyday_words_mean_official_ones(message: str, concept: str) -> None:
    assert concept in expand(fold(message))


@pytest.mark.parametrize(("message", "concept"), NOT_MEANT)
def test_the_rest_of_the_message_can_rule_a_meaning_out(message: str, concept: str) -> None:
    assert concept not in expand(fold(message))


def test_what_the_message_says_itself_is_not_added() -> None:
    assert "社会保障卡" in expand("社保卡丢了")
    assert "社会保障卡" not in expand("社会保障卡也就是社保卡丢了")


@given(st.text(max_size=300))
def test_any_text_gives_each_concept_once(text: str) -> None:
    concepts = expand(fold(text))
    assert len(concepts) == len(set(concepts))


def test_no_line_is_without_effect() -> None:
    phrases = [fold(text) for texts in load_sample().phrases.values() for text in texts]
    unused = [line.means for line in lexicon() if not any(line.words.search(text) for text in phrases)]
    assert unused == []
    assert all(line.means for line in lexicon())
    assert len(lexicon()) >= 120

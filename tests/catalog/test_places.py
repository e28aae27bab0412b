"""Places are found in what people type; a name never means an area that nobody lives in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.loading import load_sample
from catalog.places import FARTHEST_KM, Place, PlaceTree

TREE = load_sample().places

FOUND = [
    ("泽林镇兴桥村", "泽林镇兴桥村"),
    ("泽林的兴桥村", "泽林镇兴桥村"),
    ("我屋里住在泽林兴桥三组", "泽林镇兴桥村"),
    ("鳳凰街道東塔社區", "凤凰街道东塔社区"),
    ("區(qū)里古樓街道北門", "古楼街道北门社区"),
    ("碧石渡镇", "碧石镇"),
    ("碧石渡", "碧石镇"),
    ("丁祖村", "汀祖镇汀祖村"),
    ("我住长阳社区", "碧石镇卢湾村"),
    ("樊口", "樊口街道"),
    ("凤凰村", "汀祖镇凤凰村"),
    ("泽林村", "泽林镇泽林村"),
    ("泽林镇泽林村", "泽林镇泽林村"),
    ("鄂城区长港镇峒山村", "长港镇峒山村"),
    ("鄂城", "鄂城区"),
    ("石桥", "汀祖镇石桥村"),
    ("兴乔村", "泽林镇兴桥村"),
    ("风凰街道", "凤凰街道"),
    ("　洪 港 村 ", "凤凰街道洪港村"),
]


@pytest.mark.parametrize(("text", "name"), FOUND)
def test_a_place_is_found_in_what_people_type(text: str, name: str) -> None:
    assert TREE.name(TREE.find(text)[0].code) == name


@pytest.mark.parametrize("text", [name for _, name in FOUND])
def test_a_full_name_leaves_nothing_to_choose(text: str) -> None:
    assert [TREE.name(place.code) for place in TREE.find(text)] == [text]


def test_a_name_that_means_several_places_gives_all_of_them() -> None:
    assert [TREE.name(place.code) for place in TREE.find("凤凰")] == ["凤凰街道", "汀祖镇凤凰村"]
    assert [TREE.name(place.code) for place in TREE.find("燕矶")] == ["燕矶镇", "燕矶镇燕矶村", "燕矶镇燕矶社区"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "村",
        "社区",
        "你好",
        "不知道",
        "武汉市洪山区",
        "我们村",
        "经济开发区",
        "临空经济区",
        "门口的石桥坏了",
        "我要建新房",
        "团结一致",
        "将军路",
        "大山里",
        "随便",
        "找人工",
        "😀",
        "123",
    ],
)
def test_nothing_is_found_where_no_place_is_named(text: str) -> None:
    assert TREE.find(text) == ()


@pytest.mark.parametrize("place", list(TREE), ids=lambda place: place.code)
def test_every_address_is_found_by_its_own_full_name(place: Place) -> None:
    found = TREE.find(TREE.name(place.code))
    assert (found[:1] == (place,)) is place.is_address


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_at_most_five_addresses_each_once(text: str) -> None:
    found = TREE.find(text)
    assert len(found) <= 5
    assert len({place.code for place in found}) == len(found)
    assert all(place.is_address for place in found)


def test_the_ancestors_of_a_village() -> None:
    village = TREE.find("兴桥村")[0]
    assert village.code == "420704100:兴桥村"
    assert [place.name for place in TREE.ancestors(village.code)] == ["兴桥村", "泽林镇", "鄂城区"]
    assert TREE.town_of(village.code) == TREE.get("420704100")
    assert TREE.town_of("420704100") == TREE.get("420704100")
    assert village in TREE.children("420704100")


@pytest.mark.parametrize("code", [None, "", "420799"])
def test_an_unknown_code_is_nothing(code: str | None) -> None:
    assert (TREE.get(code), TREE.name(code), TREE.town_of(code), TREE.ancestors(code)) == (None, "", None, ())


def test_the_district_and_areas_lie_in_no_town() -> None:
    assert TREE.town_of("420704") is None
    assert TREE.town_of("420704400") is None
    assert TREE.name("420704") == "鄂城区"


def test_towns_are_the_fourteen_that_are_addresses() -> None:
    assert len(TREE.towns()) == 14
    assert [town.code for town in TREE.towns()] == sorted(town.code for town in TREE.towns())
    assert "临空经济区" not in {town.name for town in TREE.towns()}


def test_who_runs_a_disputed_town_is_known() -> None:
    disputed = {town.name for town in TREE.towns() if town.run_by == "临空经济区"}
    assert disputed == {"新庙镇", "燕矶镇", "杨叶镇", "沙窝乡"}


def test_neighbours_are_other_towns_nearest_first() -> None:
    names = [town.name for town in TREE.neighbours("420704001")]
    assert names[:2] == ["古楼街道", "西山街道"]
    assert TREE.neighbours("420704001010") == TREE.neighbours("420704001")
    assert TREE.neighbours("420704") == ()


@pytest.mark.parametrize("place", [p for p in TREE if p.level in ("town", "village")], ids=lambda place: place.code)
def test_a_position_at_a_place_gives_that_place_first(place: Place) -> None:
    assert place.latitude is not None
    assert place.longitude is not None
    assert TREE.nearest(place.latitude, place.longitude)[0] == place


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_no_place_is_farther_than_thirty_kilometres(latitude: float, longitude: float) -> None:
    near = TREE.nearest(latitude, longitude)
    assert len(near) <= 3
    if abs(latitude - 30.3) > 1 or abs(longitude - 114.9) > 1:
        assert near == ()


def test_distance_is_measured_on_the_globe() -> None:
    """One degree of latitude is 111.2 km: 0.26 degrees north of the only place is inside 30 km, 0.28 is not."""
    tree = PlaceTree([Place("1", "甲镇", "town", None, latitude=30.0, longitude=114.0)])
    assert FARTHEST_KM == 30.0
    assert len(tree.nearest(30.26, 114.0)) == 1
    assert tree.nearest(30.28, 114.0) == ()
    assert len(tree.nearest(30.0, 114.3)) == 1  # a degree of longitude is shorter here: 96.3 km
    assert tree.nearest(30.0, 114.32) == ()


def test_a_tree_whose_parents_go_round_still_answers() -> None:
    tree = PlaceTree([Place("1", "甲镇", "town", "2"), Place("2", "乙村", "village", "1")])
    assert [place.code for place in tree.ancestors("2")] == ["2", "1"]

"""Every check has an example that it refuses, told at the right value."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.loading import CatalogFaults, check, load
from tests.catalog.folders import SETTINGS, Rows, small_district, write_district

EXAMPLES = [
    # (table, row, changes, heading at fault, part of the problem)
    ("services", 0, {"办件类型": "承诺件"}, "办件类型", "does not fit the promised limit"),
    ("services", 0, {"承诺办结时限": "5"}, "办件类型", "does not fit the promised limit"),
    ("services", 0, {"办件类型": "快件"}, "办件类型", "not known"),
    ("services", 0, {"承诺办结时限": "-", "法定办结时限": "", "办件类型": ""}, "承诺办结时限", "neither"),
    ("services", 0, {"承诺办结时限": "30", "办件类型": "承诺件"}, "承诺办结时限", "longer than the law"),
    (
        "services",
        0,
        {"到办事现场次数": "1", "零跑腿": "部分", "网上办理深度": ""},
        "必须现场办理原因说明",
        "1 visits without a reason",
    ),
    ("services", 0, {"到办事现场次数": "一次"}, "到办事现场次数", "not a whole number"),
    ("services", 0, {"是否网办": "否", "网上办理深度": ""}, "到办事现场次数", "neither online nor by post"),
    (
        "services",
        0,
        {"到办事现场次数": "1", "零跑腿": "部分", "必须现场办理原因说明": "签字"},
        "网上办理深度",
        "visits are counted",
    ),
    ("services", 0, {"是否网办": "否", "是否上门办": "是"}, "网上办理深度", "是否网办 is 否"),
    ("services", 0, {"零跑腿": "否"}, "零跑腿", "0 visits are counted"),
    ("services", 0, {"零跑腿": "大概"}, "零跑腿", "not known"),
    ("services", 0, {"是否收费": "是", "收费标准": "工本费"}, "收费依据", "without a basis"),
    ("services", 0, {"收费标准": "工本费"}, "是否收费", "yet an amount is written"),
    ("services", 0, {"是否收费": ""}, "是否收费", "not said"),
    ("services", 0, {"是否收费": "也许"}, "是否收费", "neither yes nor no"),
    ("services", 0, {"监督投诉方式": "0711-0000101、12333"}, "监督投诉方式", "same number"),
    ("services", 0, {"咨询方式": "0711-12"}, "咨询方式", "cannot be a phone number"),
    ("services", 0, {"咨询方式": ""}, "咨询方式", "missing"),
    ("services", 0, {"计划取消日期": "2025-12-31"}, "计划取消日期", "ends before it begins"),
    ("services", 0, {"计划生效日期": "2026-02-30"}, "计划生效日期", "not a day of the calendar"),
    ("services", 0, {"来源": ""}, "来源", "empty"),
    ("services", 0, {"来源日期": ""}, "来源日期", "empty"),
    ("services", 0, {"申报材料": ""}, "申报材料", "no paper is named"),
    ("services", 0, {"申报材料": "身份证；【可容缺】"}, "申报材料", "has no name"),
    ("services", 0, {"申报材料": "身份证【随便】"}, "申报材料", "not known"),
    ("services", 0, {"行使层级": "月球级"}, "行使层级", "not known"),
    ("services", 0, {"实施主体": "区天文局"}, "实施主体", "not in the list of departments"),
    ("services", 0, {"服务对象": ""}, "服务对象", "nobody is named"),
    ("services", 1, {"事项编码": "V001"}, "事项编码", "stands already in line 2"),
    ("services", 1, {"事项名称": "养老认证"}, "事项名称", "stands already in line 2"),
    ("certificates", 1, {"编号": "V001"}, "编号", "is a service already"),
    ("certificates", 0, {"替代办法": ""}, "替代办法", "empty"),
    ("departments", 0, {"投诉电话": "12333"}, "投诉电话", "same number"),
    ("departments", 0, {"业务类别": ""}, "业务类别", "empty"),
    ("places", 2, {"上级代码": "420799"}, "上级代码", "not in the table"),
    ("places", 2, {"上级代码": ""}, "上级代码", "parent is missing"),
    ("places", 2, {"上级代码": "420704"}, "上级代码", "cannot be above"),
    ("places", 3, {"区划代码": "420704001"}, "区划代码", "stands already in line 3"),
    ("places", 1, {"纬度": "30.4"}, "纬度", "only one of the two"),
    ("places", 0, {"纬度": "三十"}, "纬度", "not a coordinate"),
    ("places", 0, {"上级代码": "420704001"}, "上级代码", "no parent here"),
    ("facilities", 0, {"所在区划代码": "420704999"}, "所在区划代码", "there is no place"),
    ("facilities", 0, {"所在区划代码": "420704400"}, "所在区划代码", "there is no place"),
    ("facilities", 0, {"类别": "网吧"}, "类别", "not known"),
    ("facilities", 0, {"开放截止日": ""}, "开放截止日", "first and its last day"),
    ("facilities", 0, {"开放截止日": "6月1日"}, "开放截止日", "ends before it begins"),
    ("facilities", 0, {"开放起始日": "13月1日"}, "开放起始日", "not a day of the year"),
    ("helpers", 0, {"服务区划代码": "420704001；火星"}, "服务区划代码", 'no place "火星"'),
    ("helpers", 0, {"服务区划代码": ""}, "服务区划代码", "no patch"),
    ("helpers", 0, {"擅长业务": "弹琴"}, "擅长业务", "no department has the subject"),
    ("helpers", 0, {"擅长业务": ""}, "擅长业务", "no skill"),
    ("helpers", 0, {"同时办件数": "0"}, "同时办件数", "cannot be meant"),
    ("helpers", 0, {"值守结束": "8:00"}, "值守结束", "ends before it begins"),
    ("helpers", 0, {"值守开始": "25:00"}, "值守开始", "not a time of day"),
    ("helpers", 0, {"值守日": "周一至周八"}, "值守日", "does not name weekdays"),
    ("facilities", 0, {"所在区划代码": "4.20704E+11"}, "所在区划代码", "Excel has rounded"),
    ("services", 0, {"受理条件": "#REF!"}, "受理条件", "error of Excel"),
    ("phrases", 0, {"编号": "V999"}, "编号", "no service or certificate"),
    ("phrases", 1, {"编号": "V001", "说法": "养老金么样认证"}, "说法", "stands twice"),
    ("calendar", 0, {"类别": "半天"}, "类别", "not known"),
    ("calendar", 0, {"日期": "2027年2月30日"}, "日期", "not a day of the calendar"),
]


@pytest.mark.parametrize(("table", "row", "changes", "heading", "problem"), EXAMPLES)
def test_a_broken_value_is_told_where_it_stands(
    tmp_path: Path, table: str, row: int, changes: dict[str, str], heading: str, problem: str
) -> None:
    tables = small_district()
    tables[table][row] |= changes
    (fault,) = check(write_district(tmp_path, tables))
    assert problem in fault.problem
    assert (fault.file, fault.line) == (f"{table}.csv", row + 2)
    assert (fault.header, fault.column) == (heading, _headings(tables[table]).index(heading) + 1)
    assert fault.what_to_do
    with pytest.raises(CatalogFaults) as raised:
        load(tmp_path)
    assert raised.value.faults == (fault,)


def _headings(rows: Rows) -> list[str]:
    return list(dict.fromkeys(heading for row in rows for heading in row))


def test_the_small_district_has_no_fault(tmp_path: Path) -> None:
    assert check(write_district(tmp_path, small_district())) == ()


SETTINGS_EXAMPLES = [
    (SETTINGS.replace("0711-0000100", "0711"), 6, "cannot be a phone number"),
    (SETTINGS.replace("name: 小帮专班", "name:"), 5, "empty"),
    (SETTINGS.replace("is_sample: true", "is_sample: vielleicht"), 3, "neither yes nor no"),
    (SETTINGS + "  keeps_chat_days: lange\n", 7, "not a whole number"),
    (SETTINGS + 'calendar:\n  office_hours: ["14:00-17:30", "8:30-12:00"]\n', 8, "office hours"),
    (SETTINGS + 'calendar:\n  quiet_hours: "nachts"\n', 8, "cannot be read"),
    (SETTINGS + "calendar:\n  zone: Asia/Ezhou\n", 8, "not a time zone"),
    (SETTINGS.replace("is_sample: true\n", ""), 1, "is missing"),
    (SETTINGS + "name: zweiter\n", 7, "stands twice"),
    (SETTINGS + "  : :\n -", 7, "not YAML"),
]


@pytest.mark.parametrize(("settings", "line", "problem"), SETTINGS_EXAMPLES)
def test_a_broken_setting_is_told_with_its_line(tmp_path: Path, settings: str, line: int, problem: str) -> None:
    (fault,) = check(write_district(tmp_path, small_district(), settings=settings))
    assert problem in fault.problem
    assert (fault.file, fault.line) == ("district.yaml", line)


def test_a_district_code_that_no_place_has_is_told(tmp_path: Path) -> None:
    (fault,) = check(write_district(tmp_path, small_district(), settings=SETTINGS.replace("420704", "420799")))
    assert "420799" in fault.problem

"""A small district without faults, written as files in any of the three forms, for tests to break."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import yaml

Rows = list[dict[str, str]]

SETTINGS = """\
code: "420704"
name: 小区县
is_sample: true
operator:
  name: 小帮专班
  phone: 0711-0000100
"""

SERVICE = {
    "事项编码": "V001",
    "事项名称": "养老认证",
    "行使层级": "村级",
    "实施主体": "区人社局",
    "服务对象": "个人",
    "受理条件": "正在领取养老金",
    "申报材料": "身份证；照片【可容缺】；结婚证【视情形】【可承诺】：未登记的不用",
    "法定办结时限": "20个工作日",
    "承诺办结时限": "即办",
    "办件类型": "即办件",
    "是否收费": "否",
    "收费标准": "",
    "收费依据": "",
    "到办事现场次数": "0",
    "必须现场办理原因说明": "",
    "零跑腿": "是",
    "是否网办": "是",
    "网上办理深度": "全程网办",
    "是否支持邮寄": "否",
    "是否上门办": "否",
    "办理地点": "村党群服务中心",
    "咨询方式": "12333",
    "监督投诉方式": "12345",
    "设定依据": "《社会保险法》",
    "计划生效日期": "2026-01-01",
    "计划取消日期": "",
    "来源": "测试",
    "来源日期": "2026-11-22",
}

HELPER = {
    "编号": "H001",
    "姓名": "何小帮",
    "小分队": "一队",
    "服务区划代码": "420704001",
    "擅长业务": "社保；综合",
    "语言": "普通话",
    "同时办件数": "5",
    "值守开始": "8:30",
    "值守结束": "17:30",
    "值守日": "周一至周五",
    "可上门": "是",
}

FACILITY = {
    "编号": "F1",
    "类别": "幸福食堂",
    "名称": "东塔食堂",
    "所在区划代码": "420704001010",
    "地址": "东塔路边",
    "开放时间": "每天 11:00-12:30",
    "联系电话": "0711-0000101",
    "开放起始日": "7月1日",
    "开放截止日": "8月31日",
}


def small_district() -> dict[str, Rows]:
    """Fresh rows of every table, without a fault."""
    return {
        "services": [dict(SERVICE), SERVICE | {"事项编码": "V002", "事项名称": "养老参保"}],
        "departments": [{"部门名称": "区人社局", "业务类别": "社保", "咨询电话": "12333", "投诉电话": "12345"}],
        "places": [
            {"区划代码": "420704", "名称": "小区县", "层级": "区", "上级代码": "", "纬度": "30.39", "经度": "114.89"},
            {"区划代码": "420704001", "名称": "凤凰街道", "层级": "街道", "上级代码": "420704", "纬度": "", "经度": ""},
            {"区划代码": "420704001010", "名称": "东塔社区", "层级": "社区", "上级代码": "420704001"},
            {"区划代码": "420704400", "名称": "开发区", "层级": "功能区", "上级代码": "420704"},
        ],
        "certificates": [
            {"编号": "C01", "证明名称": "婚姻证明", "替代办法": "出示结婚证", "来源": "测试"},
            {"编号": "C02", "证明名称": "健在证明", "替代办法": "刷脸认证", "来源": "测试"},
        ],
        "facilities": [dict(FACILITY)],
        "helpers": [dict(HELPER)],
        "phrases": [{"编号": "V001", "说法": "养老金么样认证"}, {"编号": "C01", "说法": "开个婚姻证明"}],
        "calendar": [{"日期": "2027-02-20", "类别": "班", "备注": ""}],
    }


def write_district(folder: Path, tables: dict[str, Rows], form: str = ".csv", settings: str = SETTINGS) -> Path:
    """All tables into `folder` in one form."""
    (folder / "district.yaml").write_text(settings, encoding="utf-8")
    for stem, rows in tables.items():
        write_table(folder / f"{stem}{form}", rows)
    return folder


def write_table(path: Path, rows: Rows, encoding: str = "utf-8") -> None:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    if path.suffix == ".csv":
        path.write_bytes(csv_text([headings, *([row.get(name, "") for name in headings] for row in rows)], encoding))
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(name) or None for name in headings])
        book.save(path)
    else:
        path.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")


def csv_text(lines: Sequence[Sequence[str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode(encoding)

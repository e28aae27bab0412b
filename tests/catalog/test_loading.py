"""Files in three forms become the same district; whatever is wrong with them is told, never raised as a traceback."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.columns import PHRASES
from catalog.district import District
from catalog.faults import Fault
from catalog.loading import CatalogFaults, check, load, load_sample, sample_folder
from catalog.services import Level, Limit, Material, ZeroVisit
from catalog.tables import read_table
from catalog.texts import LARGEST_FILE
from tests.catalog.folders import SERVICE, csv_text, small_district, write_district, write_table

FORMS = (".csv", ".yaml", ".xlsx")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_district(tmp_path: Path, form: str) -> None:
    district = load(write_district(tmp_path, small_district(), form))
    service = district.services["V001"]
    assert service.level is Level.VILLAGE
    assert service.materials == (
        Material("身份证"),
        Material("照片", may_be_late=True),
        Material("结婚证", is_required=False, promise_allowed=True, note="未登记的不用"),
    )
    assert service.legal_limit == Limit("20个工作日", working_days=20)
    assert service.promised_limit == Limit("即办", is_on_the_spot=True)
    assert (service.visits, service.zero_visit, service.valid_from) == (0, ZeroVisit.YES, date(2026, 1, 1))
    assert district.facilities[0].season_until == (8, 31)
    assert district.helpers[0].duty_days == (0, 1, 2, 3, 4)
    assert district.phrases["C01"] == ("开个婚姻证明",)
    assert district.subject_of("V001") == "社保"
    assert district.calendar.is_working_day(date(2027, 2, 20))
    assert district.operator.hotline == "12345"


# The second service is broken in three ways, the helper in one. The column is that of the sheet, or of the sign.
PLACES_OF_FAULTS = {
    ".csv": [("helpers", 2, 4), ("services", 3, 3), ("services", 3, 22), ("services", 3, 28)],
    ".xlsx": [("helpers", 2, 4), ("services", 3, 3), ("services", 3, 22), ("services", 3, 28)],
    ".yaml": [("helpers", 4, 11), ("services", 31, 9), ("services", 50, 9), ("services", 56, 9)],
}


@pytest.mark.parametrize("form", FORMS)
def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path, form: str) -> None:
    tables = small_district()
    tables["services"][1] |= {"行使层级": "月球级", "咨询方式": "1", "来源日期": "昨天"}
    tables["helpers"][0] |= {"服务区划代码": "火星"}
    faults = check(write_district(tmp_path, tables, form))
    assert [(fault.file.removesuffix(form), fault.line, fault.column) for fault in faults] == PLACES_OF_FAULTS[form]


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("a.csv", "a.csv, line 3, column V (咨询方式)"),
        ("a.xlsx", "a.xlsx, cell V3 (咨询方式)"),
        ("a.yaml", "a.yaml, line 3, column 22 (咨询方式)"),
    ],
)
def test_a_fault_reads_as_one_line(file: str, shown: str) -> None:
    assert str(Fault(file, 3, 22, "it is wrong", "Put it right", "咨询方式")) == f"{shown}: it is wrong. Put it right"


def test_columns_after_z_have_two_letters() -> None:
    assert "cell AB2 " in str(Fault("a.xlsx", 2, 28, "x", "y", "来源日期"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_excel_are_read(tmp_path: Path, encoding: str) -> None:
    folder = write_district(tmp_path, small_district())
    for stem, rows in small_district().items():
        write_table(folder / f"{stem}.csv", rows, encoding)
    assert load(folder).services["V001"].name == "养老认证"


def test_headings_may_be_english_below_a_title_and_in_any_order(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district())
    lines = [
        ["小区县取消证明清单", "", "", ""],
        ["Source", "replacement", "序号*", "name"],
        ["测试", "不用", "C01", "婚姻"],
    ]
    (folder / "certificates.csv").write_bytes(csv_text(lines))
    assert load(folder).certificates["C01"].replacement == "不用"


def test_tabs_and_semicolons_separate_too(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").write_text("id\ttext\nV001\t认证, 么样搞\n", encoding="utf-8")
    assert load(folder).phrases["V001"] == ("认证, 么样搞",)


BROKEN = [
    (b"", "empty"),
    (b" \n\n", "empty"),
    ("编号,说法\nV001,认证\n".encode("utf-16"), "UTF-16"),
    ("编号,说法\nV001,认证\nV001,再认".encode() + b"\xff\xfe" + "证一次\n".encode(), "broken UTF-8"),
    ("编号,说法\nV001,认证\n".encode("gb18030") + b"\x80\xff,\n", "broken GB18030"),
    (b"PK\x03\x04 a workbook", "another ending"),
    ("编号,说法\nV001,“认证”,多了一格\n".encode(), "3 values below 2 headings"),
    ("编号,说法\nV001\n".encode(), "1 values below 2 headings"),
    ('编号,说法\nV001,"没有结束\nV002,认证\n'.encode(), "quotation marks"),
    ("编号,说法\n".encode(), "no row below"),
    ("甲,乙\n1,2\n".encode(), "no row with the headings"),
    ("编号,说法,说法\nV001,认证,认证\n".encode(), "stands twice"),
]


@pytest.mark.parametrize(("data", "problem"), BROKEN)
def test_a_broken_file_gets_a_sentence(tmp_path: Path, data: bytes, problem: str) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").write_bytes(data)
    faults = check(folder)
    assert any(problem in fault.problem for fault in faults), faults
    assert {fault.file for fault in faults} == {"phrases.csv"}


def test_a_broken_byte_is_told_with_its_line(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").write_bytes("编号,说法\nV001,认证\nV001,再认".encode() + b"\xff" + "证一次\n".encode())
    assert [fault.line for fault in check(folder)] == [3]


def test_a_missing_column_is_named_with_what_is_probably_meant(tmp_path: Path) -> None:
    tables = small_district()
    tables["services"] = [{("受理条件说明" if k == "受理条件" else k): v for k, v in SERVICE.items()}]
    faults = check(write_district(tmp_path, tables))
    assert "受理条件说明" in next(fault for fault in faults if "受理条件 is missing" in fault.problem).what_to_do


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district(), ".xlsx")
    book = openpyxl.load_workbook(folder / "services.xlsx")
    book.worksheets[0].merge_cells("D2:D3")
    book.save(folder / "services.xlsx")
    fault = next(fault for fault in check(folder) if fault.file == "services.xlsx")
    assert (fault.problem, fault.line, fault.column) == ("the cells D2:D3 are merged", 2, 4)


def test_a_merged_title_above_the_headings_is_fine(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district(), ".xlsx")
    book = openpyxl.load_workbook(folder / "services.xlsx")
    book.worksheets[0].insert_rows(1)
    book.worksheets[0]["A1"] = "事项清单"
    book.worksheets[0].merge_cells("A1:F1")
    book.save(folder / "services.xlsx")
    assert check(folder) == ()


def test_dates_numbers_and_times_of_a_workbook_are_read(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district(), ".xlsx")
    book = openpyxl.load_workbook(folder / "services.xlsx")
    sheet = book.worksheets[0]
    sheet["N2"], sheet["V2"], sheet["Y2"] = 0.0, 12333, date(2026, 3, 1)
    book.save(folder / "services.xlsx")
    service = load(folder).services["V001"]
    assert (service.visits, service.phone, service.valid_from) == (0, "12333", date(2026, 3, 1))


def test_a_workbooks_own_kinds_of_values_are_read(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district(), ".xlsx")
    book = openpyxl.load_workbook(folder / "helpers.xlsx")
    sheet = book.worksheets[0]
    sheet["G2"], sheet["H2"], sheet["J2"], sheet["K2"], sheet["L1"], sheet["L2"] = (
        3.0,
        time(9),
        None,
        False,
        "示例数据",
        True,
    )
    book.save(folder / "helpers.xlsx")
    book = openpyxl.load_workbook(folder / "facilities.xlsx")
    book.worksheets[0]["H2"] = datetime(2026, 7, 1)
    book.save(folder / "facilities.xlsx")
    district = load(folder)
    helper = district.helpers[0]
    assert (helper.capacity, helper.duty_from, helper.duty_days) == (3, time(9), (0, 1, 2, 3, 4))
    assert (helper.may_visit_homes, helper.is_sample) == (False, True)
    assert district.facilities[0].season_from == (7, 1)


def test_half_a_number_in_a_workbook_is_told(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district(), ".xlsx")
    book = openpyxl.load_workbook(folder / "helpers.xlsx")
    book.worksheets[0]["G2"] = 3.5
    book.save(folder / "helpers.xlsx")
    (fault,) = check(folder)
    assert str(fault).startswith('helpers.xlsx, cell G2 (同时办件数): "3.5" is not a whole number.')


def test_settings_that_are_a_list_are_told(tmp_path: Path) -> None:
    (fault,) = check(write_district(tmp_path, small_district(), settings="- code\n"))
    assert "not a list of settings" in fault.problem


def test_a_file_that_is_too_large_or_gone_is_told(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    for name, problem in [("large.csv", "larger than 20 MB"), ("gone.csv", "cannot be read")]:
        rows, (fault,) = read_table(tmp_path / name, PHRASES)
        assert rows == []
        assert problem in fault.problem


def test_a_service_is_valid_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    tables = small_district()
    tables["services"][0]["计划取消日期"] = "2026年12月31日"
    service = load(write_district(tmp_path, tables)).services["V001"]
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [service.is_valid_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"not a workbook", b"\xd0\xcf\x11\xe0 locked with a password"])
def test_a_workbook_that_cannot_be_opened_gets_a_sentence(tmp_path: Path, data: bytes) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").unlink()
    (folder / "phrases.xlsx").write_bytes(data)
    (fault,) = check(folder)
    assert "cannot be opened" in fault.problem


BROKEN_YAML = [
    ("- 编号: V001\n  说法: [认证\n", 3, "not YAML"),
    ("编号: V001\n", 1, "not a list"),
    ("- 认证\n", 1, "has no names"),
    ("- 编号: V001\n", 1, "说法 is missing"),
    ("- 编号: V001\n  说法: {甲: 乙}\n", 2, "names inside names"),
    ("- 编号: V001\n  说法: 认证\n  说法: 认证\n", 3, "stands twice"),
    ("- 编号: V001\n  说法: \x07\n", 1, "does not allow"),
]


@pytest.mark.parametrize(("text", "line", "problem"), BROKEN_YAML)
def test_broken_yaml_gets_a_sentence(tmp_path: Path, text: str, line: int, problem: str) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").unlink()
    (folder / "phrases.yaml").write_text(text, encoding="utf-8")
    fault = check(folder)[0]
    assert problem in fault.problem
    assert (fault.file, fault.line) == ("phrases.yaml", line)


def test_yaml_keeps_numbers_as_they_are_typed(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").unlink()
    (folder / "phrases.yaml").write_text("- {id: V001, text: 0711}\n- {id: V002, text: [甲, 乙]}\n", encoding="utf-8")
    assert dict(load(folder).phrases) == {"V001": ("0711",), "V002": ("甲；乙",)}


def test_a_table_in_two_forms_an_old_workbook_and_missing_files_are_told(tmp_path: Path) -> None:
    folder = write_district(tmp_path, small_district())
    write_table(folder / "services.xlsx", [dict(SERVICE)])
    (folder / "helpers.csv").rename(folder / "helpers.xls")
    (folder / "places.csv").unlink()
    (folder / "district.yaml").unlink()
    told = {(fault.file, fault.problem.split(" (")[0]) for fault in check(folder) if not fault.line}
    assert told == {
        ("services.xlsx", "services.csv and services.xlsx are both there"),
        ("helpers.xls", "the old Excel form .xls is not read"),
        ("places.csv", "the table is missing"),
        ("district.yaml", "the file is missing"),
    }


@pytest.mark.parametrize("stem", ["services", "departments", "places", "certificates"])
def test_a_table_that_cannot_be_read_is_told_once_not_for_every_line_that_refers_to_it(
    tmp_path: Path, stem: str
) -> None:
    folder = write_district(tmp_path, small_district())
    (folder / f"{stem}.csv").write_bytes(b"")
    assert [str(fault) for fault in check(folder)] == [
        f"{stem}.csv: the file is empty. Fill it in, or remove it if it is not needed"
    ]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogFaults, match="no such folder"):
        load(tmp_path / "nowhere")


def test_tables_that_an_operator_may_not_have_yet_may_be_missing(tmp_path: Path) -> None:
    tables = small_district()
    for stem in ("certificates", "facilities", "helpers", "phrases", "calendar"):
        del tables[stem]
    district = load(write_district(tmp_path, tables))
    assert (district.helpers, dict(district.phrases), dict(district.lists["negative_items"])) == ((), {}, {})


@given(data=st.binary(max_size=300), form=st.sampled_from(FORMS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_whatever_raise_anything_but_faults(tmp_path: Path, data: bytes, form: str) -> None:
    for old in tmp_path.iterdir():
        old.unlink()
    folder = write_district(tmp_path, small_district())
    (folder / "phrases.csv").unlink()
    (folder / f"phrases{form}").write_bytes(data)
    assert all(fault.problem and fault.what_to_do for fault in check(folder))


# The sample district

HOTLINES = {"12333", "12393", "12348", "12320", "12315", "12385", "12329", "12366"}


@pytest.fixture(scope="module")
def sample() -> District:
    return load_sample()


def test_the_sample_district_has_no_fault() -> None:
    assert check(sample_folder()) == ()


def test_the_sample_district_is_complete(sample: District) -> None:
    assert Counter(service.level for service in sample.services.values()) == {
        Level.DISTRICT: 116,
        Level.TOWN: 32,
        Level.VILLAGE: 14,
    }
    assert len(sample.certificates) == 35
    assert Counter(place.level for place in sample.places) == {"district": 1, "town": 14, "area": 2, "village": 90}
    assert len(sample.helpers) == 601
    assert len({helper.team for helper in sample.helpers}) == 126
    assert Counter(facility.kind for facility in sample.facilities) == {
        "canteen": 47,
        "summer_class": 51,
        "rest_station": 53,
        "courier_canteen": 2,
        "cooling_point": 120,
    }
    assert {name: len(items) for name, items in sample.lists.items()} == {
        "negative_items": 12,
        "linked_services": 17,
        "assist_items": 28,
    }


def test_everything_of_the_sample_says_that_it_is_sample(sample: District) -> None:
    values = [sample, *sample.services.values(), *sample.certificates.values(), *sample.departments.values()]
    assert all(value.is_sample for value in [*values, *sample.places, *sample.facilities, *sample.helpers])


def test_every_village_has_a_team_and_every_subject_a_helper(sample: District) -> None:
    patches = {code for helper in sample.helpers for code in helper.places}
    assert patches >= {place.code for place in sample.places if place.level in ("village", "town")}
    assert {skill for helper in sample.helpers for skill in helper.skills} == {*sample.subjects.values(), "综合"}


def test_helpers_are_different_people_and_some_have_late_duty(sample: District) -> None:
    assert len({helper.name for helper in sample.helpers}) == 601
    late = [helper for helper in sample.helpers if helper.duty_days != (0, 1, 2, 3, 4) or helper.duty_until.hour > 18]
    assert len(late) == 100
    assert sum("鄂城话" in helper.languages for helper in sample.helpers) > 200


def test_seasons_of_the_sample(sample: District) -> None:
    seasons = {facility.kind: facility for facility in sample.facilities}
    assert seasons["summer_class"].is_in_season(date(2026, 8, 31))
    assert not seasons["summer_class"].is_in_season(date(2026, 9, 1))
    assert not seasons["cooling_point"].is_in_season(date(2026, 6, 14))
    assert seasons["canteen"].is_in_season(date(2026, 1, 1))


def test_sample_phone_numbers_cannot_ring_anybody(sample: District) -> None:
    """A local number that begins with 0 is never assigned; hotlines are public."""
    numbers = {service.phone for service in sample.services.values()}
    numbers |= {department.phone for department in sample.departments.values()}
    numbers |= {facility.phone for facility in sample.facilities}
    assert {number for number in numbers if not number.startswith("0711-0")} == HOTLINES

"""One entry of the catalog (事项), with the field meanings of GB/T 39554 (see docs/catalog.md for the column names)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """行使层级: who handles the service."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"


class ZeroVisit(StrEnum):
    """Whether the service can be had without going to a counter (零跑腿)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Material:
    """One paper of a service (申报材料)."""

    name: str
    is_required: bool = True
    """必要性: False when it is only needed in some situations."""
    may_be_late: bool = False
    """容缺受理: may be handed in later."""
    promise_allowed: bool = False
    """告知承诺: a written promise may replace it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (办结时限). `text` is what the source says; the others are its meaning, as far as it has one."""

    text: str
    working_days: float | None = None
    """Number of days; of working days unless `is_calendar_days`. None for 即办 and for texts such as 按招生批次."""
    is_on_the_spot: bool = False
    is_calendar_days: bool = False


@dataclass(frozen=True, slots=True)
class Fee:
    """是否收费 and 收费依据. `text` is empty for a free service; the program never works out an amount."""

    text: str = ""
    basis: str = ""

    @property
    def is_free(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True)
class Service:
    """A service (事项) of the catalog."""

    id: str
    name: str
    level: Level
    department: str
    applicants: tuple[str, ...]
    """服务对象: 个人, 法人, 个体工商户 ..."""
    conditions: str
    materials: tuple[Material, ...]
    legal_limit: Limit | None
    promised_limit: Limit | None
    fee: Fee
    visits: int
    """到办事现场次数: 0 is the formal meaning of 零跑腿 (GB/T 39554)."""
    visit_reason: str
    """必须现场办理原因说明: required when visits is not 0."""
    zero_visit: ZeroVisit
    is_online: bool
    is_by_post: bool
    where: str
    phone: str
    complaint_phone: str
    basis: str
    valid_from: date
    valid_until: date | None
    source: str
    source_date: date
    note: str = ""
    version: int = 1
    is_sample: bool = False
    frequency_rank: int | None = None
    is_at_home: bool = False
    """是否上门办: a helper comes home and does it there; not an element of the standard."""

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that villages and communities no longer issue (取消证明), and what replaces it."""

    id: str
    name: str
    replacement: str
    source: str
    is_sample: bool = False

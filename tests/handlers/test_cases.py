from __future__ import annotations

from itertools import product

from handlers.cases import FINISHED, LAW, UNCLAIMED, WHO_MAY, WORKED, Act, CaseStatus, after


def test_every_status_is_of_one_kind() -> None:
    assert set(CaseStatus) == UNCLAIMED | WORKED | FINISHED
    assert not (UNCLAIMED & WORKED) | (WORKED & FINISHED) | (UNCLAIMED & FINISHED)


def test_every_act_has_somebody_who_may() -> None:
    assert set(WHO_MAY) == set(Act)
    assert all(WHO_MAY.values())


def test_every_status_can_be_reached_from_open_and_leads_to_an_end() -> None:
    reached, todo = {CaseStatus.OPEN}, [CaseStatus.OPEN]
    while todo:
        status = todo.pop()
        for act in Act:
            following = after(status, act)
            if following and following not in reached:
                reached.add(following)
                todo.append(following)
    assert reached == set(CaseStatus)
    for status in CaseStatus:
        assert status in FINISHED or any(after(status, act) in FINISHED for act in Act)


def test_only_unclaimed_cases_can_be_claimed() -> None:
    for status in CaseStatus:
        assert (after(status, Act.CLAIM) is CaseStatus.CLAIMED) == (status in UNCLAIMED)


def test_withdrawn_is_for_good() -> None:
    assert {act for status, act in LAW if status is CaseStatus.WITHDRAWN} == {Act.NOTE}


def test_what_is_not_in_the_table_is_not_allowed() -> None:
    for status, act in product(CaseStatus, Act):
        assert after(status, act) == LAW.get((status, act))

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.cases import Draft
from handlers.choices import Choice, Command, OnCase
from handlers.states import AskingPhone, State
from storage import forms
from storage.forms import Unreadable

SAVED = Path(__file__).parents[1] / "handlers" / "saved_states.jsonl"
LINES = [json.loads(line) for line in SAVED.read_text("utf-8").splitlines()]


@given(st.one_of(*(st.from_type(one) for one in get_args(State))))
@settings(max_examples=300, deadline=None)
def test_a_saved_state_comes_back_the_same(state: State) -> None:
    assert forms.load_state(json.loads(json.dumps(forms.dump_state(state)))) == state


@given(st.one_of(*(st.from_type(one) for one in get_args(Choice))))
@settings(max_examples=200, deadline=None)
def test_a_saved_choice_comes_back_the_same(choice: Choice) -> None:
    assert forms.load_choice(json.loads(json.dumps(forms.dump_choice(choice)))) == choice


@given(st.from_type(Draft))
@settings(max_examples=100, deadline=None)
def test_a_saved_draft_comes_back_the_same(draft: Draft) -> None:
    assert forms.load_draft(json.loads(json.dumps(forms.dump_draft(draft)))) == draft


@pytest.mark.parametrize("line", LINES, ids=[f"{line['kind']}-{line['form']['tag']}" for line in LINES])
def test_every_form_ever_saved_still_loads(line: dict[str, Any]) -> None:
    load, dump = (
        (forms.load_state, forms.dump_state) if line["kind"] == "state" else (forms.load_choice, forms.dump_choice)
    )
    again = dump(load(line["form"]))  # type: ignore[arg-type]
    assert again["tag"] == line["form"]["tag"]
    assert line["form"]["fields"].items() <= again["fields"].items() or "draft" in again["fields"]


def test_every_state_and_choice_has_a_saved_line() -> None:
    saved = {(line["kind"], line["form"]["tag"]) for line in LINES}
    assert saved >= {("state", one.TAG) for one in get_args(State)} | {("choice", one.TAG) for one in get_args(Choice)}


@pytest.mark.parametrize(
    "change",
    [
        {"tag": "nobody"},
        {"tag": None},
        {"v": 2},
        {"v": None},
        {"fields": None},
        {"fields": {"draft": {"question": "q"}, "extra": 1}},
        {"fields": {"draft": {"question": "q", "extra": 1}}},
        {"fields": {"draft": {"question": ["q"]}}},
        {"fields": {"draft": "q"}},
        {"fields": {}},
    ],
)
def test_a_form_that_is_not_known_in_every_word_is_unreadable(change: dict[str, Any]) -> None:
    form = forms.dump_state(AskingPhone(Draft("q")))
    assert forms.load_state(form) == AskingPhone(Draft("q"))
    with pytest.raises(Unreadable):
        forms.load_state(form | change)


def test_a_form_without_a_field_that_came_later_still_loads() -> None:
    assert forms.load_state({"tag": "intake.phone", "v": 1, "fields": {"draft": {"question": "q"}}})
    assert forms.load_choice({"tag": "on_case", "v": 1, "fields": {"case_id": 3, "what": "claim"}}) == OnCase(
        3, "claim"
    )


def test_the_complaint_about_a_form_holds_nothing_that_was_said() -> None:
    form = forms.dump_choice(Command("13800001111")) | {"v": 9}
    with pytest.raises(Unreadable) as caught:
        forms.load_choice(form)
    assert "1380" not in str(caught.value)

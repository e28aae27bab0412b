"""The double's list of methods against both libraries, which are made from the official page."""

from __future__ import annotations

import inspect
import re

import aiogram.methods
import telegram
from pydantic_core import PydanticUndefined

from tests.telegram_double.api import DEEDS
from tests.telegram_double.methods import METHODS

LIBRARY_ONLY = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs", "filename"}


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def test_every_method_does_something() -> None:
    assert DEEDS.keys() == METHODS.keys()


def test_parameters_are_those_of_aiogram() -> None:
    for name, method in METHODS.items():
        fields = getattr(aiogram.methods, name[0].upper() + name[1:]).model_fields
        assert method.required.keys() | method.optional.keys() <= fields.keys(), name
        required = {key for key, field in fields.items() if field.is_required() and field.default is PydanticUndefined}
        assert required == method.required.keys(), name


def test_parameters_are_those_of_python_telegram_bot() -> None:
    for name, method in METHODS.items():
        given = inspect.signature(getattr(telegram.Bot, snake(name))).parameters
        assert method.required.keys() | method.optional.keys() <= given.keys(), name
        required = {key for key, parameter in given.items() if parameter.default is parameter.empty} - LIBRARY_ONLY
        assert required - {"text"} == method.required.keys() - {"text"}, name

"""What an operator may set: EXIAOBANG_* variables, over a TOML file, over defaults that need nothing.

`load` tells all faults at once, each with the name of the variable, what is wrong and what to write instead. A secret
(token, webhook secret, key, database URL) is never part of a fault, a repr or a log line.
"""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot.faults import PREFIX, WHAT_TO_WRITE, BadSettings, Fault, variable
from bot.settings_checks import faults_between
from catalog.confidence import COSTS, Costs
from handlers.settings import DeskSettings
from storage.outbox import PATIENT, Patience

CONFIG_VARIABLE = PREFIX + "CONFIG"
NOT_SETTINGS = (CONFIG_VARIABLE, PREFIX + "TEST_")
PLAIN = {
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "float_parsing": "is not a number",
    "float_type": "is not a number",
    "bool_parsing": "is neither true nor false",
    "time_delta_parsing": "is not a span of time",
    "time_parsing": "is not a time of the day",
}
"""pydantic's kind of error -> our words, where its own are a programmer's."""
SECRET_FILES = {"telegram_token_file": "telegram_token", "reranker_key_file": "reranker_key"}
"""Settings that name a file -> the secret that stands in it."""


class Settings(BaseSettings):
    """All settings, checked. `load` makes one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it has read the environment and the file itself, to tell all faults at once."""
        return (init_settings,)

    telegram_token: SecretStr | None = None
    """From @BotFather; None: no Telegram."""
    telegram_token_file: Path | None = None
    """A file that holds the token, for those who keep secrets out of the environment."""
    telegram_library: Literal["aiogram", "ptb"] = "aiogram"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_url: str = ""
    """Public https address that Telegram is to call; its path is served here."""
    telegram_webhook_secret: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    """Another address when a Bot API server of one's own is used."""
    folder: Path | None = None
    """Where the database and files lie; None: the user's own data folder."""
    cache: Path | None = None
    """Where what was learned of the words is kept between starts; None: the user's own cache folder."""
    database_url: SecretStr | None = None
    """None: a SQLite file in the folder."""
    catalog: Path | None = None
    """Folder with the district's files; None: the sample district."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes any free one."""
    public_url: str = ""
    """How residents reach the web chat, for links; empty: http://host:port."""
    is_demo: bool = False
    """The town that can be played with: everybody may step in as anybody, and time can be moved."""
    reranker: Literal["off", "openai", "onnx"] = "off"
    """An operator's own model that orders the candidates of an unclear question (docs/reranker.md)."""
    reranker_url: str = ""
    """Where the OpenAI-compatible server is, up to and with /v1."""
    reranker_key: SecretStr | None = None
    """None: the server wants none."""
    reranker_key_file: Path | None = None
    reranker_model: str = ""
    """The name of the model at that server."""
    reranker_folder: Path | None = None
    """Folder with model.onnx and tokenizer.json."""
    reranker_seconds: float = 1.5
    """What an unclear question may be held up for it, at most."""
    delivery_tries: int = PATIENT.tries
    """How often a message is tried that the channel puts off, while others are reached; then the next one goes."""
    delivery_within: timedelta = PATIENT.within
    """How long such a message is tried at all."""
    desk: DeskSettings = DeskSettings()
    costs: Costs = COSTS
    """What it costs to be wrong, to ask, to pass on: decides between them (docs/matching.md)."""

    @property
    def data_folder(self) -> Path:
        own = self.folder or users_folder()
        return own / "demo" if self.is_demo and self.folder is None else own

    @property
    def learned_folder(self) -> Path | None:
        """None when this user has no home folder: then the words are learned at every start."""
        with suppress(RuntimeError):
            return self.cache or users_cache()
        return None

    @property
    def database(self) -> str:
        """The URL for SQLAlchemy; holds a password perhaps."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_folder / 'exiaobang.db'}"

    @property
    def patience(self) -> Patience:
        """With what the channels put off."""
        return Patience(self.delivery_tries, self.delivery_within)

    @property
    def token(self) -> str | None:
        return self.telegram_token.get_secret_value() if self.telegram_token else None

    @property
    def key_of_reranker(self) -> str | None:
        return self.reranker_key.get_secret_value() if self.reranker_key else None


GROUPS = {group: [field.name for field in fields(of)] for group, of in (("desk", DeskSettings), ("costs", Costs))}
"""Settings that are tables of numbers of their own, and the names in them."""


def users_folder() -> Path:
    """The folder for a user's own data on this system."""
    try:
        home = Path.home()
    except RuntimeError:
        raise BadSettings(Fault(variable("folder"), "this user has no home folder", WHAT_TO_WRITE["folder"])) from None
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "exiaobang"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "exiaobang"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "exiaobang"


def users_cache() -> Path:
    """The folder for what can be made again. RuntimeError when the user has no home folder."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "exiaobang"
    if sys.platform == "win32":
        return users_folder() / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "exiaobang"


def load(config: Path | None = None, **given: Any) -> Settings:
    """The settings from `given` (the command line), the environment, a TOML file and the defaults, in this order.

    Raises BadSettings with every fault found.
    """
    faults: list[Fault] = []
    values = _merge(_from_file(config, faults), _from_environment(faults))
    values = _merge(values, {name: value for name, value in given.items() if value is not None})
    for name, secret in SECRET_FILES.items():
        values = _with_secret_from_file(name, secret, values, faults)
    settings = _validated(values, faults)
    faults += faults_between(settings, {fault.name for fault in faults})
    if faults:
        raise BadSettings(*faults)
    return settings


def prepare_folder(settings: Settings) -> Path:
    """The data folder, made if it is not there. Raises BadSettings when it cannot be written to."""
    folder = settings.data_folder
    probe = folder / ".may-write"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        wrong = f"{folder} cannot be written to ({error.strerror or type(error).__name__})"
        raise BadSettings(Fault(variable("folder"), wrong, WHAT_TO_WRITE["folder"])) from None
    return folder


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        merged[name] = _merge(under, value) if both and under is not None else value
    return merged


def _from_file(config: Path | None, faults: list[Fault]) -> dict[str, Any]:
    path = config or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        faults.append(Fault(str(path), f"cannot be read ({error.strerror})", "name a file that exists"))
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(str(path), f"is not TOML ({error})", 'write lines like port = 8000 or host = "0.0.0.0"'))
        return {}
    faults.extend(_unknown(found, str(path)))
    return found


def _unknown(found: Mapping[str, Any], path: str) -> Iterator[Fault]:
    names = [(name, list(Settings.model_fields)) for name in found]
    for group, known in GROUPS.items():
        inside = found.get(group)
        names += [(name, known) for name in inside] if isinstance(inside, Mapping) else []
    for name, known in names:
        if name not in known:
            yield Fault(path, f"{name} is not a setting", _did_you_mean(name, known))


def _did_you_mean(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"


def _from_environment(faults: list[Fault]) -> dict[str, Any]:
    known = [variable(name) for name in Settings.model_fields]
    known += [variable(group, name) for group, names in GROUPS.items() for name in names]
    for name in os.environ:
        if name.startswith(PREFIX) and not name.startswith(NOT_SETTINGS) and name not in known:
            faults.append(Fault(name, "is not a setting", _did_you_mean(name, known)))
    try:
        return EnvSettingsSource(Settings)()
    except SettingsError:
        group = next((name for name in GROUPS if os.environ.get(variable(name))), "desk")
        example = variable(group, GROUPS[group][0])
        faults.append(Fault(variable(group), "is not JSON", f"set {example} and the like instead"))
        return {}


def _with_secret_from_file(name: str, secret: str, values: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """`values` with what stands in the file that the setting `name` names, as the setting `secret`."""
    named = values.get(name)
    if not named:
        return values
    if values.get(secret):
        faults.append(Fault(variable(name), f"{variable(secret)} is given too", "give one of the two"))
        return values
    try:
        return values | {secret: Path(named).read_text("utf-8").strip()}
    except (OSError, UnicodeDecodeError, ValueError, TypeError):
        faults.append(Fault(variable(name), "the file cannot be read", WHAT_TO_WRITE[name]))
        return values


def _validated(values: dict[str, Any], faults: list[Fault]) -> Settings:
    """Settings from `values`; those that are wrong become faults and fall back to their defaults."""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            name = str(found["loc"][0])
            where = found["loc"][:2] if name in GROUPS else (name,)
            faults.append(Fault(variable(*where), _plain(found["type"], found["msg"]), WHAT_TO_WRITE[name]))
        wrong = {str(found["loc"][0]) for found in error.errors(include_input=False)}
        return Settings.model_validate({name: value for name, value in values.items() if name not in wrong})


def _plain(kind: str, message: str) -> str:
    return PLAIN.get(kind, message.removeprefix("Input ").removeprefix("Value error, ").rstrip("."))

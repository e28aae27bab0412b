"""Invites: one-time codes, and the links that carry them. A link needs to know where the web chat is and what the bot
is called on Telegram: the running service writes both down, so that every turn and every command knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.settings import Settings
from bot.town import Town
from handlers.people import Role
from storage import invites
from storage import settings as kept
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Doors:
    """Where people come in: address of the web chat, name of the bot on Telegram. Empty: not known."""

    web: str = ""
    telegram: str = ""

    def web_link(self, code: str) -> str:
        return f"{self.web}/join/{code}" if self.web else ""

    def telegram_link(self, code: str) -> str:
        return f"https://t.me/{self.telegram}?start={code}" if self.telegram else ""

    def links(self, code: str) -> tuple[str, ...]:
        return tuple(link for link in (self.web_link(code), self.telegram_link(code)) if link)


def doors(reader: UnitOfWork) -> Doors:
    """As the service that ran last wrote them down."""
    return Doors(kept.get(reader, kept.WEB_ADDRESS, ""), kept.get(reader, kept.TELEGRAM_NAME, ""))


def known(settings: Settings, written: Doors) -> Doors:
    """As a command outside of the service knows them: the settings go over what was written down."""
    here = f"http://{settings.host}:{settings.port}".replace("0.0.0.0", "127.0.0.1")
    return replace(written, web=settings.public_url.rstrip("/") or written.web or here)


def name_web(work: UnitOfWork, address: str) -> None:
    """Write down where the web chat is."""
    kept.put(work, kept.WEB_ADDRESS, address.rstrip("/"))


def name_telegram(work: UnitOfWork, name: str) -> None:
    """Write down what Telegram calls the bot."""
    kept.put(work, kept.TELEGRAM_NAME, name)


def invite(work: UnitOfWork, town: Town, role: Role, roster_key: str = "") -> str:
    """Make a one-time code for a role: for a helper of the roster, or for a supervisor of the whole district."""
    roster = {helper.id: helper.places for helper in town.district.helpers}
    whole: tuple[str, ...] = (town.district.code,) if role is Role.SUPERVISOR else ()
    code = invites.fresh(town.random)
    places = roster.get(roster_key, whole)
    invites.make(work, code, role, town.settings.invite_valid, places=places, roster_key=roster_key)
    return code

"""The first words: who runs this, what is kept and for how long; and the menu of each role."""

from __future__ import annotations

from dataclasses import replace

from handlers.choices import Go
from handlers.conversation import Conversation, Turn, stays
from handlers.effects import AcceptInvite, Button, Effect, Say
from handlers.facts import Facts
from handlers.messages import InviteAccepted
from handlers.phrases import button, phrase

Rows = tuple[tuple[Button, ...], ...]


def welcome(facts: Facts) -> tuple[Effect, ...]:
    """Greeting, notice and menu for somebody new."""
    sample = "\n\n" + phrase("greeting.sample") if facts.district.is_sample else ""
    hello = phrase("greeting.hello", district=facts.district.name)
    return (Say(hello), Say(notice(facts) + sample, menu(facts)))


def introduction(facts: Facts) -> Say:
    """Who we are and what is kept, in one message, for somebody whose first words are a question."""
    return Say(phrase("greeting.short", district=facts.district.name) + "\n" + notice(facts))


def notice(facts: Facts) -> str:
    """Who handles the data, why, which, how long, and how to use one's rights (PIPL art. 17)."""
    operator = facts.district.operator
    return phrase(
        "greeting.privacy",
        operator=operator.name,
        phone=operator.phone,
        chat_days=operator.keeps_chat_days,
        case_days=operator.keeps_case_days,
    )


def welcomed(conversation: Conversation) -> Conversation:
    return replace(conversation, is_new=False)


def arrived(conversation: Conversation, code: str | None, facts: Facts) -> Turn:
    """Opened the chat: an invite is used, a newcomer is greeted, an old hand gets the menu."""
    if code:
        return stays(welcomed(conversation), AcceptInvite(code))
    if conversation.is_new:
        return Turn(welcomed(conversation), welcome(facts))
    return stays(conversation, home(facts))


def accepted(conversation: Conversation, event: InviteAccepted, facts: Facts) -> Turn:
    """A role was given: say what it is about."""
    return stays(conversation, Say(phrase("oversight.invite_accepted")), Say(role_greeting(facts), menu(facts)))


def role_greeting(facts: Facts) -> str:
    me = facts.me
    places = "、".join(filter(None, (facts.district.places.name(code) for code in me.places))) or facts.district.name
    if me.is_supervisor:
        name = me.name or phrase("greeting.supervisor_name")
        return phrase("greeting.supervisor", name=name, places=places, digest_at=f"{facts.settings.digest_at:%H:%M}")
    return phrase("greeting.helper", name=me.name or phrase("greeting.helper_name"), places=places)


def home(facts: Facts) -> Say:
    """The menu of the person's role, with a word before it."""
    if facts.me.is_supervisor:
        return Say(phrase("menu.supervisor"), menu(facts))
    if facts.me.is_helper:
        return Say(phrase("menu.helper"), menu(facts))
    return Say(phrase("menu.resident"), menu(facts))


def help_text(facts: Facts) -> Say:
    """How to use it, for the person's role."""
    if facts.me.is_supervisor:
        return Say(phrase("menu.help_supervisor"), menu(facts))
    if facts.me.is_helper:
        return Say(phrase("menu.help_helper"), menu(facts))
    return Say(phrase("menu.help", hotline=facts.district.operator.hotline), menu(facts))


def menu(facts: Facts) -> Rows:
    if facts.me.is_supervisor:
        return ((button("digest", Go("digest")), button("invite", Go("invite")), button("learn", Go("lessons"))),)
    if facts.me.is_helper:
        return (
            (button("my_cases", Go("my_cases")), button("offers", Go("offers"))),
            (button("duty_on", Go("duty_on")), button("duty_off", Go("duty_off"))),
            (button("on_behalf", Go("on_behalf")),),
        )
    return ((button("progress", Go("progress")), button("person", Go("person"))), (button("help", Go("help")),))

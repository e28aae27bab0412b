"""What a message means because of what was said before: a side of the card just shown, or whom it is for."""

from __future__ import annotations

import re
from dataclasses import replace

from catalog.aspects import find_aspect
from handlers.cases import Relation
from handlers.choices import Command
from handlers.conversation import Conversation, Turn, goes_to
from handlers.dialogues import cards
from handlers.effects import Say
from handlers.facts import Facts
from handlers.phrases import button, phrase
from handlers.states import Reading

_CORRECTION = re.compile(
    r"^((不是|不对|错了)(我|我自己|我的)?)?[，,、。 ]*"
    r"(是)?(给|帮|替|办)?(我|俺)?(?P<who>[^，,。 ]{1,5}?)(的|办|要办|用)?[。！!]?$"
)

RELATION_WORDS = {
    Relation.SPOUSE: ("爱人", "老伴", "老公", "老婆", "丈夫", "妻", "媳妇"),
    Relation.PARENT: ("爸", "妈", "爹", "娘", "老人", "爷", "奶", "婆", "公公", "父", "母"),
    Relation.CHILD: ("孩", "儿", "女", "伢", "毛毛", "孙"),
    Relation.OTHER: ("别人", "邻居", "朋友", "亲戚", "哥", "姐", "弟", "妹"),
    Relation.SELF: ("我自己", "自己", "本人", "我"),
}
"""Looked through in this order: 丈母娘 is a parent although 我 stands before it."""


def relation_of(text: str) -> Relation | None:
    """Whom a few typed words mean."""
    return next((relation for relation, words in RELATION_WORDS.items() if any(word in text for word in words)), None)


def corrected(text: str) -> Relation | None:
    """不是，是我妈的: whom the matter is really for; None when the text is anything else."""
    found = _CORRECTION.match(text.strip())
    if not found or not re.search(r"不是|不对|错了|的$|[是给帮替]", text):
        return None
    return relation_of(found["who"])


def aspect(conversation: Conversation, text: str, facts: Facts) -> Turn | None:
    """那要带什么 after a card is about that card. None: it is a question of its own."""
    service = facts.district.services.get(conversation.context or "")
    wanted = find_aspect(text) if service else None
    if service is None or wanted is None:
        return None
    line = phrase("card.title", name=service.name) + "\n" + cards.lines_of(service)[wanted]
    rows = ((button("start", Command("start")), button("person", Command("person"))),)
    state = conversation.state if isinstance(conversation.state, Reading) else Reading(text, service.id)
    return goes_to(conversation, state, Say("\n".join([line, *cards.sample_mark(facts)]), rows))


def with_relation(turn: Turn, relation: Relation) -> Turn:
    """The turn, with a word that the correction was understood in front."""
    said = Say(phrase("intake.now_for", who=phrase(f"intake.relation_{relation.value}")))
    return replace(turn, effects=(said, *turn.effects))

"""Does what the core asked for, in the turn's own transaction. What can fail comes back as an event.

`stage` has the one function, `do`; the other modules teach it their effects.
"""

from bot.performing import cases, learning, messages, people, plans
from bot.performing.stage import Sender, Stage, perform

__all__ = ["Sender", "Stage", "cases", "learning", "messages", "people", "perform", "plans"]

"""Who people are: duty, phone, invites."""

from __future__ import annotations

from bot import inviting
from bot.performing.stage import Echoes, Stage, do
from handlers.effects import (
    AcceptInvite,
    MakeInvite,
    RememberPhone,
    SetDuty,
)
from handlers.messages import (
    InviteAccepted,
    InviteMade,
    InviteRefused,
)
from handlers.people import Role, may_invite_for
from storage import (
    invites,
    people,
)


@do.register
def set_duty(effect: SetDuty, stage: Stage) -> Echoes:
    people.set_duty(stage.work, stage.me.id, effect.on)
    return ()


@do.register
def remember_phone(effect: RememberPhone, stage: Stage) -> Echoes:
    people.set_phone(stage.work, stage.me.id, effect.phone)
    return ()


@do.register
def accept_invite(effect: AcceptInvite, stage: Stage) -> Echoes:
    role = invites.accept(stage.work, effect.code, stage.me.id, stage.town.district.helpers)
    return (InviteAccepted(str(role)) if role else InviteRefused(),)


@do.register
def make_invite(effect: MakeInvite, stage: Stage) -> Echoes:
    """Only a supervisor makes one, and only for places they answer for."""
    me, district = stage.me, stage.town.district
    entry = next((one for one in district.helpers if effect.roster_id and one.id == effect.roster_id), None)
    places = effect.places or (entry.places if entry else ())
    is_theirs = me.is_supervisor and may_invite_for(me, places, district)
    if not is_theirs or effect.role not in (Role.HELPER, Role.SUPERVISOR):
        return (InviteRefused(),)
    code = invites.fresh(stage.town.random)
    invites.make(
        stage.work,
        code,
        Role(effect.role),
        stage.town.settings.invite_valid,
        places=effect.places,
        roster_key=effect.roster_id,
        made_by=stage.me.id,
    )
    where = inviting.doors(stage.work)
    return (InviteMade(code, effect.role, where.web_link(code), where.telegram_link(code)),)

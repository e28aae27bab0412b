"""What the catalog knows, in short lines: a service, a certificate, places to go. Nothing here is made up."""

from __future__ import annotations

from catalog.district import Facility
from catalog.services import Certificate, Limit, Material, Service
from handlers.facts import Facts
from handlers.phrases import phrase


def sample_mark(facts: Facts) -> list[str]:
    """The line that says so while the district is sample data."""
    return [phrase("greeting.sample")] if facts.district.is_sample else []


def service_card(service: Service, facts: Facts) -> str:
    """What, who, materials, where, how long, fee, visits, source and date, phone."""
    sides = lines_of(service)
    lines = [
        phrase("card.title", name=service.name),
        *(sides[side] for side in ("who", "materials", "where", "limit", "fee", "visits")),
        *([service.note] if service.note else []),
        phrase("card.source", source=service.source, date=service.source_date),
        sides["phone"],
        *_expiry(service, facts),
        *sample_mark(facts),
        *([phrase("card.offer")]),
    ]
    return "\n".join(lines)


def lines_of(service: Service) -> dict[str, str]:
    """Each side of a service as its line of the card; the keys are those of `catalog.aspects`."""
    who = [
        phrase("card.who", who="、".join(service.applicants)),
        *([phrase("card.conditions", conditions=service.conditions)] if service.conditions else []),
    ]
    return {
        "who": "\n".join(who),
        "materials": _materials(service.materials),
        "where": phrase("card.where", where=service.where),
        "limit": _limit(service.promised_limit or service.legal_limit),
        "fee": _fee(service),
        "visits": _visits(service),
        "phone": phrase("card.phone", phone=service.phone),
    }


def certificate_card(certificate: Certificate, facts: Facts) -> str:
    lines = [
        phrase("card.certificate", name=certificate.name, replacement=certificate.replacement),
        phrase("card.certificate_odd"),
        phrase("card.source", source=certificate.source, date="").replace("（）", ""),
        *sample_mark(facts),
    ]
    return "\n".join(lines)


def facility_list(place_code: str, kind: str, facts: Facts) -> str:
    """Facilities of a kind in a place, then in its town; at most five."""
    found = _facilities_near(place_code, kind, facts)
    named = {"place": facts.district.places.name(place_code), "kind": phrase(f"facility.{kind}")}
    if not found:
        return phrase("facility.none", hotline=facts.district.operator.hotline, **named)
    lines = [phrase("facility.list", **named), *(_facility(facility, facts) for facility in found), *sample_mark(facts)]
    return "\n".join(lines)


def _materials(materials: tuple[Material, ...]) -> str:
    if not materials:
        return phrase("card.materials_none")
    return phrase("card.materials", materials="；".join(material_line(material) for material in materials))


def material_line(material: Material) -> str:
    """A paper's name with what may be done instead."""
    marks = (
        ("" if material.is_required else phrase("card.material_optional"))
        + (phrase("card.material_later") if material.may_be_late else "")
        + (phrase("card.material_promise") if material.promise_allowed else "")
    )
    return material.name + marks


def _limit(limit: Limit | None) -> str:
    match limit:
        case None:
            return phrase("card.limit_unknown")
        case Limit(is_on_the_spot=True):
            return phrase("card.limit_spot")
        case Limit(working_days=float() | int() as days, is_calendar_days=False):
            return phrase("card.limit_days", days=f"{days:g}")
        case Limit(text=text):
            return phrase("card.limit_text", text=text)


def _fee(service: Service) -> str:
    if service.fee.is_free:
        return phrase("card.fee_free")
    return phrase("card.fee_text", fee=service.fee.text, basis=service.fee.basis)


def _visits(service: Service) -> str:
    if service.visits == 0:
        return phrase("card.visits_zero")
    return phrase("card.visits_some", visits=service.visits, reason=service.visit_reason)


def _expiry(service: Service, facts: Facts) -> list[str]:
    today = facts.district.calendar.local(facts.now).date()
    return [] if service.is_valid_on(today) else [phrase("card.expired")]


def _facilities_near(place_code: str, kind: str, facts: Facts) -> list[Facility]:
    places = facts.district.places
    town = places.town_of(place_code)
    here = [facility for facility in facts.district.facilities if facility.kind == kind]
    nearest = [facility for facility in here if facility.place_code == place_code]
    for facility in here:
        around = places.town_of(facility.place_code)
        if facility not in nearest and town and around and around.code == town.code:
            nearest.append(facility)
    return nearest[:5]


def _facility(facility: Facility, facts: Facts) -> str:
    line = phrase(
        "facility.line", name=facility.name, address=facility.address, hours=facility.hours, phone=facility.phone
    )
    today = facts.district.calendar.local(facts.now).date()
    if facility.season_from and facility.season_until and not facility.is_in_season(today):
        start, end = (f"{month}月{date}日" for month, date in (facility.season_from, facility.season_until))
        line += phrase("facility.off_season", start=start, end=end)
    return line

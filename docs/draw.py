"""Draws the pictures of the docs from the code's own tables: `python -m docs.draw` writes them between their markers.

cases   the law of cases, from handlers.cases.LAW
house   which room imports which, from the import graph
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import grimp

from handlers.cases import FOR_CALLERS, LAW, WHO_MAY, Act, CaseStatus
from handlers.people import Role

TOP = Path(__file__).parent.parent
ROOMS = ("bot", "storage", "handlers", "catalog")


def cases() -> str:
    """A state diagram: an arrow for every pair of statuses, with the acts that lead from one to the other."""
    arrows: dict[tuple[CaseStatus, CaseStatus], list[Act]] = defaultdict(list)
    for (status, act), after in LAW.items():
        if status is not after:
            arrows[status, after].append(act)
    lines = ["stateDiagram-v2", f"    [*] --> {CaseStatus.OPEN.value}"]
    for (status, after), acts in arrows.items():
        lines.append(f"    {status.value} --> {after.value} : {', '.join(act.value for act in acts)}")
    return _block("mermaid", "\n".join(lines))


def acts() -> str:
    """Who may do an act."""
    names = {Role.RESIDENT: "resident", Role.HELPER: "helper", Role.SUPERVISOR: "supervisor", None: "the desk itself"}
    order = (Role.RESIDENT, Role.HELPER, Role.SUPERVISOR, None)
    lines = ["| act | who may |", "|---|---|"]
    for act, roles in WHO_MAY.items():
        who = [names[role] for role in order if role in roles]
        if act in FOR_CALLERS:
            who[who.index(names[Role.HELPER])] = "helper (when no chat reaches the resident)"
        lines.append(f"| {act.value} | {', '.join(who)} |")
    return "\n".join(lines)


def house() -> str:
    """The rooms, and how many imports lead from one to another."""
    graph = grimp.build_graph(*ROOMS)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            ends = module.split(".")[0], imported.split(".")[0]
            if ends[0] != ends[1]:
                counts[ends] += 1
    sizes = {room: sum(1 for module in graph.modules if module.split(".")[0] == room) for room in ROOMS}
    lines = ["flowchart TD", *(f'    {room}["{room}<br/>{sizes[room]} modules"]' for room in ROOMS)]
    lines += [
        f"    {start} -->|{counts[start, end]}| {end}" for start in ROOMS for end in ROOMS if counts.get((start, end))
    ]
    return _block("mermaid", "\n".join(lines))


def _block(kind: str, text: str) -> str:
    return f"```{kind}\n{text}\n```"


PICTURES = {"cases": cases, "acts": acts, "house": house}


def filled(text: str) -> str:
    """`text` with every picture between its markers drawn anew."""
    for name, draw in PICTURES.items():
        start, end = f"<!-- drawn: {name} -->\n", "\n<!-- end -->"
        before, found, after = text.partition(start)
        if found:
            text = before + start + draw() + end + after.partition(end.strip())[2]
    return text


def files() -> list[Path]:
    return [TOP / "README.md", TOP / "README.zh.md", *sorted((TOP / "docs").glob("*.md"))]


def main() -> None:
    for path in files():
        text = path.read_text(encoding="utf-8")
        path.write_text(filled(text), encoding="utf-8")


if __name__ == "__main__":
    main()

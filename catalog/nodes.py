"""YAML -> rows, through its nodes: every value keeps its text as typed (0711 stays 0711) and its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import yaml

from catalog.columns import Column
from catalog.faults import Fault
from catalog.rows import Row, Unreadable, comparable, names_of
from catalog.texts import decode


def _compose(file: str, data: bytes) -> yaml.Node | None:
    """The document as nodes, so that every value keeps its text as typed and its place."""
    text = decode(file, data)
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = "Check the indentation, the colon with a blank behind it, and quotation marks"
        raise Unreadable(Fault(file, line, column, f"this is not YAML ({error.problem})", what)) from error
    except yaml.YAMLError as error:
        raise Unreadable(Fault(file, 1, 1, "there are signs that YAML does not allow", "Retype the file")) from error


def read_entries(file: str, data: bytes, columns: Sequence[Column]) -> tuple[list[Row], list[Fault]]:
    root = _compose(file, data)
    if not isinstance(root, yaml.SequenceNode):
        return [], [Fault(file, 1, 1, "the file is not a list", 'Begin every entry with "- " at the margin')]
    rows, faults = list[Row](), list[Fault]()
    for node in root.value:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(file, line, column, "this entry has no names", 'Write lines "name: value" in it'))
            continue
        gathered = _Gathered(file, names_of(columns))
        gathered.add(node, "")
        absent = [wanted for wanted in columns if wanted.is_needed and wanted.field not in gathered.texts]
        rows.append(gathered.row(line, [wanted.field for wanted in absent]))
        faults += gathered.faults
        faults += [
            Fault(file, line, column, f"{wanted.headers[0]} is missing in this entry", f"Add {wanted.headers[0]}")
            for wanted in absent
        ]
    return rows, faults


def read_mapping(file: str, data: bytes, needed: Sequence[str]) -> tuple[Row, list[Fault]]:
    """One mapping as one row, inner names joined by dots. Raises Unreadable when it is no mapping."""
    root = _compose(file, data)
    if not isinstance(root, yaml.MappingNode):
        raise Unreadable(Fault(file, 1, 1, "the file is not a list of settings", 'Write lines "name: value"'))
    gathered = _Gathered(file)
    gathered.add(root, "")
    absent = [name for name in needed if name not in gathered.texts]
    faults = [
        Fault(file, 1, 0, f'the setting "{name}" is missing', f'Add it with a line "{name.split(".")[-1]}: ..."')
        for name in absent
    ]
    return gathered.row(1, absent), gathered.faults + faults


class _Gathered:
    """The texts of a YAML mapping, with their places."""

    def __init__(self, file: str, names: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.names = names
        self.texts: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.columns: dict[str, int] = {}
        self.faults: list[Fault] = []

    def add(self, node: yaml.MappingNode, prefix: str) -> None:
        for key, value in node.value:
            header = key.value if isinstance(key, yaml.ScalarNode) else ""
            name = prefix + header if self.names is None else self.names.get(comparable(header), "")
            if name in self.lines:
                self._fault(key, f"{header} stands twice", "Remove one of the two")
            elif isinstance(value, yaml.MappingNode) and self.names is None:
                self.add(value, f"{name}.")
            elif name:
                self._put(name, header, value)

    def _put(self, name: str, header: str, value: yaml.Node) -> None:
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(isinstance(item, yaml.ScalarNode) for item in items):
            self._fault(value, f"{header} holds names inside names", "Write one text, or a list of texts")
            items = []
        texts = ["" if item.tag == "tag:yaml.org,2002:null" else str(item.value).strip() for item in items]
        self.texts[name], self.headers[name] = "；".join(texts), header
        self.lines[name], self.columns[name] = value.start_mark.line + 1, value.start_mark.column + 1

    def _fault(self, node: yaml.Node, problem: str, what_to_do: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, node.start_mark.column + 1, problem, what_to_do))

    def row(self, line: int, absent: Iterable[str]) -> Row:
        return Row(self.file, line, self.texts, self.columns, self.headers, self.lines, frozenset(absent))

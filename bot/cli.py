"""The command `exiaobang`. What goes wrong is told in a sentence on stderr, and the exit code is then 2."""

from __future__ import annotations

import asyncio
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import logs
from bot.channels.telegram_wire import WrongToken
from bot.faults import WHAT_TO_WRITE, BadSettings, Fault, variable
from bot.settings import Settings, load
from catalog.faults import CatalogFaults
from catalog.measuring import UnreadableRows
from handlers.people import Role
from storage.database import StoreUnavailable

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="鄂小帮: one-window help by chat."
)

words = typer.Typer(no_args_is_help=True, help="People's own words, from which the bot understands.")
app.add_typer(words, name="words")

Config = Annotated[Path | None, typer.Option(help="TOML file with settings; EXIAOBANG_* variables go over it.")]
Folder = Annotated[Path | None, typer.Option(help="Where the database lies.")]
Catalog = Annotated[Path | None, typer.Option(help="Folder with the district's files; else the sample district.")]
Port = Annotated[int | None, typer.Option(help="Port of the web chat; 0 takes any free one.")]
Demo = Annotated[bool, typer.Option("--demo", help="In the demo town.")]
Host = Annotated[str | None, typer.Option(help="127.0.0.1, or 0.0.0.0 to be reached from outside.")]


def main(line: list[str] | None = None) -> None:
    """Run the command line, or the words of `line` as if they stood on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(line)
    except (BadSettings, CatalogFaults, StoreUnavailable, UnreadableRows) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except WrongToken:
        print(
            Fault(variable("telegram_token"), "Telegram does not know this token", WHAT_TO_WRITE["telegram_token"]),
            file=sys.stderr,
        )
        raise SystemExit(2) from None


@app.command()
def demo(port: Port = None, host: Host = None, folder: Folder = None, config: Config = None) -> None:
    """Start the demo town: step in as a resident, a helper or a supervisor, and move time forward."""
    _serve(load(config, port=port, host=host, folder=folder, is_demo=True))


@app.command()
def serve(
    config: Config = None, port: Port = None, host: Host = None, folder: Folder = None, catalog: Catalog = None
) -> None:
    """Start a real service, with the settings' token on Telegram too."""
    _serve(load(config, port=port, host=host, folder=folder, catalog=catalog))


def _serve(settings: Settings) -> None:
    from bot.app import serve as run

    logs.configure("WARNING" if settings.is_demo else "INFO", as_json=not settings.is_demo)
    asyncio.run(run(settings, _announce))


def _announce(line: str) -> None:
    print(line, flush=True)


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="A district's files.")]) -> None:
    """Tell everything that is wrong in a district's files: file, line, column, and what to do."""
    from catalog.loading import check as faults_of

    faults = faults_of(folder)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} to put right.", file=sys.stderr)
        raise SystemExit(2)
    print("All is well.")


@app.command()
def ask(question: Annotated[str, typer.Argument(help="What a resident would write.")], catalog: Catalog = None) -> None:
    """Show what a question is understood as, and the reply that a resident would get."""
    from bot.asking import lines_for

    for line in lines_for(question, load(catalog=catalog)):
        print(line)


@app.command()
def match(catalog: Catalog = None) -> None:
    """Read {"id", "text"} per line from stdin, write {"id", "kind", "band", "candidates"} per line to stdout."""
    from catalog.measuring import match_lines

    lines = sys.stdin.buffer
    for answer in match_lines((line.decode("utf-8", "replace") for line in lines), _search(catalog)):
        print(answer, flush=True)


@app.command()
def measure(
    file: Annotated[Path, typer.Argument(help="CSV with the columns question (or text), kind, ids.")],
    catalog: Catalog = None,
) -> None:
    """Print hit@1, hit@3, a confusion of kinds and the misses over labelled questions."""
    from catalog.measuring import measure as measured
    from catalog.measuring import read_rows, render

    print(render(measured(read_rows(file), _search(catalog))))


@words.command()
def lint(
    folder: Annotated[Path | None, typer.Argument(help="A district's files; else the sample district.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 2 when there is something to look at.")] = False,
) -> None:
    """Tell which phrases to look at again: doubles, phrases of two services, phrases that are answered wrongly."""
    from catalog.loading import load as load_district
    from catalog.loading import sample_folder
    from catalog.words import lint as lint_words
    from catalog.words import read_phrases, summary

    where = folder or sample_folder()
    findings = lint_words(load_district(where), read_phrases(where))
    for finding in findings:
        print(finding)
    print(summary(findings), file=sys.stderr)
    if strict and findings:
        raise SystemExit(2)


def _search(catalog: Path | None) -> Any:
    from bot.opening import district_of, search_of

    settings = load(catalog=catalog)
    return search_of(settings, district_of(settings))


@app.command()
def invite(
    role: Annotated[Role, typer.Option(help="helper or supervisor")],
    helper: Annotated[str, typer.Option(help="The roster's id of the helper, like H001.")] = "",
    demo: Demo = False,
    config: Config = None,
    folder: Folder = None,
) -> None:
    """Make a one-time code that gives a role; whoever opens its link, or sends it to the bot, has it."""
    from bot import inviting
    from bot.opening import district_of, opened, town_of

    settings = load(config, folder=folder, is_demo=demo or None)
    district = district_of(settings)
    _check_invite(role, helper, [one.id for one in district.helpers])
    with opened(settings, district) as store:
        town = town_of(settings, district)
        code = store.writer.submit(lambda work: inviting.invite(work, town, role, helper)).result()
        where = inviting.known(settings, store.look_now(inviting.doors))
    hours = settings.desk.invite_valid.total_seconds() / 3600
    for link in where.links(code):
        print(link)
    print(f"/start {code}")
    print(f"Good for one person within {hours:g} hours: a link to open, or a line to send to the bot.", file=sys.stderr)


def _check_invite(role: Role, helper: str, roster: list[str]) -> None:
    if role is Role.RESIDENT:
        raise BadSettings(Fault("--role", "everybody is a resident", "write helper or supervisor"))
    if role is Role.HELPER and helper not in roster:
        wrong = f"{helper} is not in the roster" if helper else "is needed for a helper"
        raise BadSettings(
            Fault("--helper", wrong, f"write an id of the roster, like {roster[0] if roster else 'H001'}")
        )


@app.command()
def parked(
    replay: Annotated[int | None, typer.Option(metavar="ID", help="Hand a parked message in again.")] = None,
    resend: Annotated[int | None, typer.Option(metavar="ID", help="Send a message again that did not arrive.")] = None,
    seen: Annotated[bool, typer.Option("--seen", help="Leave all of them at that.")] = False,
    demo: Demo = False,
    config: Config = None,
    folder: Folder = None,
) -> None:
    """List what waits for a person: messages whose turn raised, and messages that did not arrive."""
    from bot import leftovers
    from bot.opening import district_of, live_search, opened, town_of

    settings = load(config, folder=folder, is_demo=demo or None)
    district = district_of(settings)
    with opened(settings, district) as store:
        if replay is not None:
            town = town_of(settings, district, live_search(settings, district, store))
            print(leftovers.hand_in_again(store, town, replay))
        elif resend is not None:
            print(leftovers.send_again(store, resend))
        elif seen:
            print(leftovers.see_all(store))
        else:
            for line in leftovers.lines(store, district):
                print(line)


@app.command()
def chat(
    as_: Annotated[
        str, typer.Option("--as", help="resident, helper, supervisor, or any name of your own.")
    ] = "resident",
    folder: Folder = None,
    config: Config = None,
) -> None:
    """Chat in this terminal, in the demo town."""
    from bot.chatting import chat_as

    logs.configure("ERROR")
    asyncio.run(chat_as(as_, load(config, folder=folder, is_demo=True)))


@app.command()
def doctor(config: Config = None, folder: Folder = None) -> None:
    """Say what is configured, and whether the district's files and the database can be used."""
    from bot.doctor import findings

    settings = load(config, folder=folder)
    for line in findings(settings):
        print(line)

"""Takes up what was learned, in the background: a new index when the words changed in the database, and the check of
every phrase that a supervisor attached before it goes live. All state is in the database: whatever process comes
first does the check, once, and every process sees that its index is old."""

from __future__ import annotations

import asyncio

import structlog

from bot.live_search import LiveSearch
from bot.opening import Store
from bot.performing import Stage, perform
from bot.town import Town
from catalog.rehearsal import Rehearsal, rehearse
from handlers import desk
from handlers.facts import LearnedPhrase
from handlers.messages import PhraseAttached, PhraseConflicts
from storage import lessons
from storage.reading import NOBODY, StoredFacts
from storage.unit_of_work import UnitOfWork

_log = structlog.get_logger(__name__)


class Learning:
    """Keeps the search of one process up to date."""

    def __init__(self, store: Store, town: Town, live: LiveSearch) -> None:
        self._store = store
        self._town = town
        self._live = live
        self._running: asyncio.Task[None] | None = None
        self._failed_version = ""
        self._failed_phrases: set[int] = set()

    async def look(self) -> None:
        """Begin what is to be done, unless that is still going on. Returns at once."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._work(), name="learning")

    async def __aenter__(self) -> Learning:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for what is going on."""
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)

    async def run(self) -> None:
        """Take up new words, check what waits for it, and take up what went live by that. Raises StoreUnavailable."""
        await self._refresh()
        for phrase in await self._store.look(lambda reader: lessons.in_state(reader, "checking")):
            if phrase.id not in self._failed_phrases:
                await self._check(phrase)
                await self._refresh()

    async def _work(self) -> None:
        try:
            await self.run()
        except Exception as error:
            _log.error("learning_failed", error=type(error).__name__)

    async def _refresh(self) -> None:
        """Answer with the words as they stand in the database. A build that fails leaves the old index in use."""
        version = await self._store.look(lessons.words_version)
        if version in (self._live.version, self._failed_version):
            return
        version, words = await self._store.look(lessons.version_and_words)
        try:
            await asyncio.to_thread(self._live.adopt, words, version)
        except Exception as error:
            self._failed_version = version
            _log.error("index_not_built", version=version, error=type(error).__name__)
            return
        _log.info("index_built", version=version, words=len(words))

    async def _check(self, phrase: LearnedPhrase) -> None:
        answers = await self._store.look(lessons.right_answers)
        try:
            found = await asyncio.to_thread(self._rehearse, phrase, answers)
        except Exception as error:
            self._failed_phrases.add(phrase.id)
            _log.error("phrase_not_checked", phrase=phrase.id, error=type(error).__name__)
            return
        await self._store.do(lambda work: settle(work, self._town, phrase, found))

    def _rehearse(self, phrase: LearnedPhrase, answers: tuple[tuple[str, str], ...]) -> Rehearsal:
        """The questions that were right lately, every official name, and every phrase learned before."""
        live, district = self._live, self._town.district
        asked = (
            *((service.name, id) for id, service in district.services.items()),
            *((certificate.name, id) for id, certificate in district.certificates.items()),
            *((text, id) for id, text in live.words),
            *answers,
        )
        after = live.prepare((*live.words, (phrase.entry_id, phrase.text)))
        return rehearse(live.current, after, phrase.text, phrase.entry_id, asked, live.phrases)


def settle(work: UnitOfWork, town: Town, phrase: LearnedPhrase, found: Rehearsal) -> None:
    """A phrase was checked: it goes live or waits for the supervisor's word, who is told. Nothing when another process
    was first, or when it was taken back meanwhile."""
    passed = found.is_good
    if lessons.make_live(work, phrase.id, "checking") if passed else lessons.hold_back(work, phrase.id):
        facts = StoredFacts(work, town.district, town.settings)
        event = PhraseAttached(phrase.id) if passed else PhraseConflicts(phrase.id, found)
        perform(Stage(work, town, NOBODY, f"phrase:{phrase.id}"), desk.tend(event, facts, town.search))

"""What is wrong with the settings, in words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "EXIAOBANG_"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the settings."""

    name: str
    """The variable, or the file."""
    wrong: str
    write: str

    def __str__(self) -> str:
        said = f"{self.name}: {self.wrong}; {self.write}"
        return said if said.endswith((".", "?")) else said + "."


class BadSettings(Exception):
    """The service cannot start like this; `str()` has a line for every fault."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


WHAT_TO_WRITE = {
    "telegram_token": "write the token that @BotFather gave you, like 123456789:AA...",
    "telegram_token_file": "write the path of a file that holds the token and nothing else",
    "telegram_library": "write aiogram or ptb",
    "telegram_mode": "write polling or webhook",
    "telegram_webhook_url": "write the public address, like https://help.example.org/telegram",
    "telegram_webhook_secret": "write 16 to 256 letters, digits, _ or -",
    "telegram_api_base": "write an address like https://api.telegram.org, or leave it away",
    "folder": "write the path of a folder that this user may write to",
    "database_url": "write sqlite:////path/to/file.db or postgresql+psycopg://user:password@host/name, or nothing",
    "catalog": "write the path of the folder with your district's files, or leave it away for the sample",
    "host": "write 127.0.0.1, or 0.0.0.0 to be reached from outside",
    "port": "write a whole number from 0 to 65535, like 8000",
    "public_url": "write how residents reach the web chat, like https://help.example.org, or leave it away",
    "is_demo": "write true or false",
    "reranker": "write off, openai or onnx",
    "reranker_url": "write the address of the server up to /v1, like https://models.example.org/v1",
    "reranker_key": "write the key that the server gave you: letters, digits and signs without spaces",
    "reranker_key_file": "write the path of a file that holds the key and nothing else",
    "reranker_model": "write the name that the server gives the model",
    "reranker_folder": "write the path of a folder with model.onnx and tokenizer.json of a sentence-embedding model",
    "reranker_seconds": "write a number of seconds above 0 and up to 10, like 1.5",
    "costs": "write numbers above 0; one unnecessary question costs 1",
    "cache": "write the path of a folder, or leave it away",
    "delivery_tries": "write a whole number, like 30",
    "delivery_within": "write a span of time, like P2D or 12:00:00",
    "desk": "write a number, a span like 00:20:00 or PT20M, or a time like 17:30",
}


def variable(*loc: object) -> str:
    return PREFIX + "__".join(str(part) for part in loc).upper()

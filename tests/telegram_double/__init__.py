"""A Bot API of our own on loopback, for tests: state in memory, one bot, a side door (/sim/) for the people.

Built to the official method list (https://core.telegram.org/bots/api); a test compares its table with both libraries.
Run it with `python -m tests.telegram_double --port 0`; it prints its address.
"""

"""The conversation core: pure functions over plain values; imports the catalog only.

`desk.step(conversation, event, facts, search)` is the door for people, `desk.tend(event, facts)` the door for
what falls due. Both give back effects; nothing here does I/O, reads a clock or draws a random number.
"""

"""The people's side of the double: what they say, press, share, send, edit, block. Each makes Telegram's update."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any

from tests.telegram_double.api import describe
from tests.telegram_double.world import BOT, Json, World


class NoSuchButton(Exception):
    """The person does not see a button of that label."""


def person(world: World, request: Json) -> Json:
    """The sender; a new one is made on the way."""
    user_id = request["user"]
    name = request.get("name") or f"人{user_id}"
    return world.people.setdefault(user_id, {"id": user_id, "is_bot": False, "first_name": name, "language_code": "zh"})


def send(world: World, request: Json, content: Json) -> Json:
    sender = person(world, request)
    message = world.keep_message(request["chat"] if "chat" in request else request["user"], sender, content)
    return world.add_update("message", message)


def say(world: World, request: Json) -> Json:
    return send(world, request, {"text": request["text"]})


def press(world: World, request: Json) -> Json:
    """Press the button of this label in the newest message that has it (or in message `message_id`)."""
    sender = person(world, request)
    chat_id = request["user"]
    for message in sorted(messages_of(world, chat_id), key=lambda m: -m["message_id"]):
        if request.get("message_id") not in (None, message["message_id"]):
            continue
        markup = message.get("reply_markup", {})
        for button in (button for row in markup.get("inline_keyboard", []) for button in row):
            if button["text"] == request["label"]:
                return add_press(world, sender, message, button["callback_data"])
        for button in (button for row in markup.get("keyboard", []) for button in row):
            if button["text"] == request["label"]:
                return press_reply_button(world, request, button)
    raise NoSuchButton(request["label"])


def add_press(world: World, sender: Json, message: Json, data: str) -> Json:
    query_id = str(secrets.randbits(60))
    world.queries.add(query_id)
    body = {"id": query_id, "from": sender, "message": message, "chat_instance": str(sender["id"]), "data": data}
    return world.add_update("callback_query", body)


def press_reply_button(world: World, request: Json, button: Json) -> Json:
    if button.get("request_contact"):
        return share_contact(world, {"phone": "+8613800000000", **request})
    if button.get("request_location"):
        return share_place(world, {"latitude": 30.39, "longitude": 114.89, **request})
    return say(world, {**request, "text": button["text"]})


def forge_press(world: World, request: Json) -> Json:
    """A press with any data: an old client, or a forged one."""
    sender = person(world, request)
    message = messages_of(world, request["user"])[-1]
    return add_press(world, sender, message, request["data"])


def share_contact(world: World, request: Json) -> Json:
    contact: Json = {"phone_number": request["phone"], "first_name": person(world, request)["first_name"]}
    if request.get("is_own", True):
        contact["user_id"] = request["user"]
    return send(world, request, {"contact": contact})


def share_place(world: World, request: Json) -> Json:
    return send(world, request, {"location": {"latitude": request["latitude"], "longitude": request["longitude"]}})


def send_file(world: World, request: Json) -> Json:
    """kind: photo, voice, video or document; `data` in base64; `album` shared by the files of one album."""
    data = base64.b64decode(request.get("data", base64.b64encode(b"\xff\xd8 a picture").decode()))
    name: str = request["file_name"] if "file_name" in request else request["kind"]
    file_id = world.keep_file(data, name)
    content: Json = {request["kind"]: describe(request["kind"], file_id, name, request.get("size", len(data)))}
    content |= {key: request[key] for key in ("caption",) if request.get(key)}
    content |= {"media_group_id": request["album"]} if request.get("album") else {}
    return send(world, request, content)


def send_sticker(world: World, request: Json) -> Json:
    sticker = {
        "file_id": "sticker",
        "file_unique_id": "sticker",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    return send(world, request, {"sticker": sticker})


def edit(world: World, request: Json) -> Json:
    message = world.messages[request["user"], request["message_id"]]
    message |= {"text": request["text"], "edit_date": int(time.time())}
    return world.add_update("edited_message", message)


def block(world: World, request: Json) -> Json:
    world.blocked.add(request["user"])
    return add_membership(world, request, "member", "kicked")


def unblock(world: World, request: Json) -> Json:
    world.blocked.discard(request["user"])
    return add_membership(world, request, "kicked", "member")


def add_membership(world: World, request: Json, old: str, new: str) -> Json:
    def standing(status: str) -> Json:
        return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    sender = person(world, request)
    body = {
        "chat": world.chat(request["user"]),
        "from": sender,
        "date": int(time.time()),
        "old_chat_member": standing(old),
        "new_chat_member": standing(new),
    }
    return world.add_update("my_chat_member", body)


def add_raw(world: World, request: Json) -> Json:
    """An update of any shape: broken ones too. Its sender exists afterwards."""
    if "user" in request:
        person(world, request)
    return world.add_raw(request["update"])


def repeat(world: World, request: Json) -> Json:
    """Bring an update again: the same id, or with `anew` the same message under another id."""
    update = dict(world.all_updates[request["update_id"]])
    if request.get("anew"):
        update.pop("update_id")
    return world.add_raw(update)


def reorder(world: World, request: Json) -> Json:
    """What is on its way comes in the opposite order."""
    world.updates.reverse()
    return {"waiting": len(world.updates)}


def messages_of(world: World, chat_id: int) -> list[Json]:
    return [message for (chat, _), message in world.messages.items() if chat == chat_id]


DEEDS: dict[str, Callable[[World, Json], Any]] = {
    "say": say,
    "press": press,
    "forge_press": forge_press,
    "share_contact": share_contact,
    "share_place": share_place,
    "send_file": send_file,
    "send_sticker": send_sticker,
    "edit": edit,
    "block": block,
    "unblock": unblock,
    "add_raw": add_raw,
    "repeat": repeat,
    "reorder": reorder,
}

"""Blots personal data out of what somebody wrote, before it is kept to learn from or shown to whoever need not know.

Blotted out: phone, identity, card and plate numbers however they are spaced or spelled, mail addresses and chat names,
house numbers, and names that the writer introduces as names. It works on patterns: a name that stands there without
any sign of being one stays. Kept: places, ages, sums, dates, numbers of documents ("12345", "2026年").
"""

from __future__ import annotations

import re

BLOT = "＊"
LONGEST = 200
"""Characters of a question that are kept."""

_NARROW = {0xFF01 + n: 0x21 + n for n in range(94) if chr(0x21 + n).isalnum() or chr(0x21 + n) in "-@._"}
"""Wide digits and letters as narrow ones."""
_FIGURE = "[0-9零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_NOT_A_NAME = "(?!什么|啥|么|谁|不|在|是|要|想|去|来|的|办|没|家|自己|本人|小帮|居民)"
_PATTERNS = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", BLOT),
        (r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Z0-9])", BLOT),
        (r"(?<=微信)(号?[是为:\s]*)[A-Za-z][\w-]{5,19}", rf"\1{BLOT}"),
        (rf"{_FIGURE}(?:[\s\-—._]?{_FIGURE}){{6,}}[Xx]?", BLOT),
        (r"(?i)(qq号?[是为:\s]*)\d{5,}", rf"\1{BLOT}"),
        (r"(?:\d+|[一二三四五六七八九十]+)(?:栋|幢|单元|号楼)"
         r"(?:[\dA-Za-z一二三四五六七八九十]+(?:单元|层|楼|室|号|户)?)*", BLOT),
        (r"(?<![\d第])\d{1,4}号(?=[，。,.\s]|$)(?<!\d月\d号)(?<!\d月\d\d号)", BLOT),
        (rf"((?:我|他|她|本人|伢|孩子|老人|妈|爸)?(?:的名字|名字|姓名|名)?(?:叫做|叫|名字是|姓名是|姓名[::]))"
         rf"{_NOT_A_NAME}[\u4e00-\u9fff]{{2,3}}(?=[，。,.!！?？;；、\s]|$)", rf"\1{BLOT}"),
        (r"(?<![\u4e00-\u9fff])(我是|联系人[::]?)([\u4e00-\u9fff]{2,3})(?=[，。,.;；、\s])"
         r"(?<!退休)(?<!残疾人)(?<!老党员)(?<!外地人)(?<!本地人)(?<!学生)(?<!农民)(?<!军人)", rf"\1{BLOT}"),
    )
)  # fmt: skip


def without_personal_data(text: str) -> str:
    """`text` in one line with personal data blotted out, at most LONGEST characters."""
    clean = " ".join(text[: 4 * LONGEST].translate(_NARROW).split())
    for pattern, becomes in _PATTERNS:
        clean = pattern.sub(becomes, clean)
    return clean[:LONGEST]


def without_blots(text: str) -> str:
    """Masked text as a phrase to learn: without the blots and cuts."""
    return " ".join(text.replace(BLOT, " ").replace("…", " ").split())

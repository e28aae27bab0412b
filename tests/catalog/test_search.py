"""Questions of residents against the sample district: written for these tests, not taken from the phrases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.understanding import Band, Kind
from tests.town import sample

_, SEARCH = sample()

FIRST = [
    ("屋里老人的养老金要认证，手机搞不来么办？", "V002"),
    ("奶奶不会用智能机，城乡居民养老金要刷脸认证", "V002"),
    ("家里穷得揭不开锅，怎么申请低保", "T001"),
    ("我要办低保", "T001"),
    ("低保", "T001"),
    ("社保卡不见了想补一张新的", "D002"),
    ("社會保障卡丟了要補辦", "D002"),
    ("shebaoka diule zenme buban", "D002"),
    ("社保卡密码忘了", "D005"),
    ("电子社保卡怎么领", "D006"),
    ("身份证快到期了要换新的", "D047"),
    ("身份證過期了怎麼換", "D047"),
    ("刚出生的宝宝怎么上户口", "D049"),
    ("孩子出生了要落户，要带么材料", "D049"),
    ("结婚证弄丢了想补领一本", "D043"),
    ("我想跟老婆离婚，怎么预约登记", "D042"),
    ("想领结婚证，能不能先预约", "D041"),
    ("想收养一个孩子要什么手续", "D044"),
    ("我爷爷八十了高龄津贴怎么领", "T004"),
    ("残疾人证丢了怎么补办", "D082"),
    ("残疾证到期换新证", "D081"),
    ("第一次办残疾人证要去哪里评残", "T030"),
    ("想给轮椅，残疾人辅助器具怎么申请", "D085"),
    ("家里有残疾人，想装扶手和坡道的无障碍改造", "D086"),
    ("被公司裁员了，失业金怎么领", "D014"),
    ("失业登记在哪里办", "T011"),
    ("想开个理发店，办个体营业执照", "D066"),
    ("个体户不干了，营业执照注销", "D068"),
    ("开公司怎么注册", "D069"),
    ("店里卖烟要办什么证", "D079"),
    ("开餐馆食品经营许可证怎么办", "D072"),
    ("想摆个临时摊位卖早点", "D115"),
    ("店铺门头招牌怎么申请", "D116"),
    ("高血压想办门诊慢特病", "D035"),
    ("异地住院的发票拿回来报销", "D033"),
    ("要转到武汉的大医院，怎么办转诊备案", "D028"),
    ("医保电子凭证怎么激活领取", "D039"),
    ("生孩子的生育津贴怎么申请", "D036"),
    ("退伍军人优待证怎么申请", "T029"),
    ("刚退伍回来去哪里报到", "D097"),
    ("家里的狗要办狗证", "D056"),
    ("租房子能不能提取公积金", "D108"),
    ("辞职了公积金能取出来吗", "D109"),
    ("二手房买卖怎么过户", "D106"),
    ("家里要开通自来水，怎么报装", "D104"),
    ("新房子想通天然气", "D105"),
    ("公租房怎么申请", "T028"),
    ("老房子成了危房，想申请危房改造", "T024"),
    ("农村建房宅基地审批怎么走", "T025"),
    ("自家山上的树想砍，采伐证怎么办", "T027"),
    ("教师资格证怎么认定", "D093"),
    ("想申请法律援助打不起官司", "D095"),
    ("去派出所开无犯罪记录证明", "D054"),
    ("老人家想去幸福食堂吃饭，怎么登记", "V014"),
    ("跟邻居有矛盾想申请人民调解", "V005"),
    ("灵活就业的人自己交养老保险怎么参保", "D010"),
    ("社區還開亲属关系(qīn)证明吗", "C01"),
    ("拖拉机驾驶证到期了换证", "D114"),
]

EMERGENCIES = [
    ("我不想活了", "self_harm"),
    ("低保办不下来，我真的活不下去了", "self_harm"),
    ("药都买好了，谢谢你们这些年的照顾", "self_harm"),
    ("我家厨房着火了", "fire"),
    ("楼道里电动车冒烟了快来人", "fire"),
    ("屋里一股煤气味", "gas"),
    ("好像燃气管子漏了，好臭", "gas"),
    ("我爸倒在地上叫都叫不醒", "medical"),
    ("老伴突然晕倒了怎么办", "medical"),
    ("有人出车祸了流了好多血", "medical"),
    ("我老婆羊水破了", "medical"),
    ("小孩掉到塘里了", "water"),
    ("他又在打我，救救我", "violence"),
    ("有人拿刀在楼下", "violence"),
    ("下夜班路上有人跟着我", "violence"),
    ("我奶奶走丢了", "missing"),
    ("刚被骗了五万块", "fraud"),
    ("自称公安的人叫我转账到安全账户", "fraud"),
    ("我们被困在电梯里出不来", "trapped"),
    ("隔壁的房子塌了", "collapse"),
    ("活着真没意思", "self_harm"),
    ("我妈吃了一瓶安眠药", "self_harm"),
    ("老头子中风了嘴歪了说不出话", "medical"),
    ("婆婆摔倒了站不起来", "medical"),
    ("老公打我", "violence"),
    ("我女儿失踪了", "missing"),
    ("有人冒充警察让我汇款", "fraud"),
    ("電梯壞了我們關在裡面", "trapped"),
    ("发大水了，淹到屋里了", "water"),
    ("煤氣罐漏氣了", "gas"),
]

FALSE_ALARMS = [
    "减轻生产负担有什么补贴",
    "随着火车站搬迁我们怎么坐车",
    "去年家里火灾了，火灾补助怎么申请",
    "村里杀年猪要不要办手续",
    "跳楼价甩卖的衣服能退吗",
    "我想死你们了，谢谢帮忙",
    "热死了哪里有纳凉点",
    "年轻生意人怎么办营业执照",
    "救命钱被医保卡住了怎么报销",
    "防溺水宣传什么时候到我们村",
    "打电话给社保局问养老金",
    "老房子要倒了想申请危房改造",
    "父亲以前中风晕倒过，现在想办残疾证",
    "前年家暴离婚了，想申请法律援助",
    "轮胎漏气了哪里补",
    "等着火化证明办户口注销",
    "被困扰很久了，户口迁移怎么办理",
    "火灾保险要不要买",
    "信息爆炸的时代老人不会用手机怎么认证",
    "家暴告诫书去哪里办",
    "我不想活动了，养老认证能不能在家做",
    "老人不见得会用手机认证",
    "钱什么时候打我卡上",
    "人员失踪证明怎么开",
    "喝农药死的，户口怎么注销",
    "失独家庭特别扶助金，儿子是去年车祸走的",
]

OTHERS = [
    ("你好", Kind.SMALL_TALK),
    ("谢谢你啊", Kind.SMALL_TALK),
    ("转人工", Kind.HUMAN),
    ("找人", Kind.HUMAN),
    ("我要找人工客服", Kind.HUMAN),
    ("取消", Kind.CANCEL),
    ("算了不办了", Kind.CANCEL),
    ("我的事办到哪一步了", Kind.STATUS),
    ("查一下进度", Kind.STATUS),
    ("附近哪里有幸福食堂", Kind.FACILITY),
    ("送外卖的在哪里可以歇脚", Kind.FACILITY),
    ("哪里有纳凉点", Kind.FACILITY),
    ("暑期学堂什么时候开门", Kind.FACILITY),
    ("楼下KTV半夜噪音扰民，我要投诉", Kind.COMPLAINT),
    ("小区物业乱收费没人管", Kind.COMPLAINT),
    ("工地晚上施工吵死人", Kind.COMPLAINT),
    ("驾驶证扣分怎么查", Kind.NEAR_MISS),
    ("护照怎么办", Kind.NEAR_MISS),
    ("公务员考试什么时候报名", Kind.NEAR_MISS),
    ("学区怎么划分的", Kind.NEAR_MISS),
    ("工伤认定要多久", Kind.NEAR_MISS),
]

NOTHING = ["", "   ", "😀😀", "\u200b\u202e", "？？？", "asdfghjkl", "龘靐齉", "\x00\x01", "1"]


@pytest.mark.parametrize(("question", "id"), FIRST)
def test_finds_the_entry_first(question: str, id: str) -> None:
    found = SEARCH.understand(question)
    assert found.kind in {Kind.SERVICE, Kind.CERTIFICATE}
    assert found.candidates[0].id == id


@pytest.mark.parametrize(("question", "code"), EMERGENCIES)
def test_sees_the_emergency(question: str, code: str) -> None:
    found = SEARCH.understand(question)
    assert found.kind is Kind.EMERGENCY
    assert found.danger is not None
    assert found.danger.code == code
    assert found.danger.numbers


@pytest.mark.parametrize("question", FALSE_ALARMS)
def test_raises_no_false_alarm(question: str) -> None:
    assert SEARCH.understand(question).kind is not Kind.EMERGENCY


@pytest.mark.parametrize(("question", "kind"), OTHERS)
def test_reads_the_kind(question: str, kind: Kind) -> None:
    assert SEARCH.understand(question).kind is kind


@pytest.mark.parametrize("question", NOTHING)
def test_says_that_nothing_fits(question: str) -> None:
    found = SEARCH.understand(question)
    assert (found.kind, found.band) == (Kind.UNCLEAR, Band.NONE)


def test_an_alarming_word_in_a_harmless_message_keeps_its_number() -> None:
    found = SEARCH.understand("去年家里失火了，临时救助怎么申请")
    assert found.kind is Kind.SERVICE
    assert found.candidates[0].id == "T002"
    assert found.danger is not None
    assert found.danger.numbers[0] == "119"


def test_a_near_miss_is_never_sure_and_says_who_does_it() -> None:
    found = SEARCH.understand("驾照丢了怎么补")
    assert found.kind is Kind.NEAR_MISS
    assert found.band is not Band.SURE
    assert found.advice == "driving_licence"


def test_tells_the_words_that_matched_longest_first() -> None:
    words = SEARCH.understand("请问残疾人证丢了怎么补").candidates[0].words
    assert any("残疾人证" in word for word in words)
    assert [len(word) for word in words] == sorted((len(word) for word in words), reverse=True)


@pytest.mark.parametrize("topic", ["公积金", "医保", "户口", "退休"])
def test_a_bare_topic_is_asked_about(topic: str) -> None:
    assert SEARCH.understand(topic).band is Band.CHOOSE


@pytest.mark.parametrize(
    ("question", "id"),
    [("dibao", "T001"), ("gongzufang shenqing", "T028"), ("shenfenzheng guoqi le zenme huan", "D047")],
)
def test_pinyin_is_read(question: str, id: str) -> None:
    assert SEARCH.understand(question).candidates[0].id == id


def test_a_named_place_is_told_and_a_service_name_is_no_place() -> None:
    assert SEARCH.understand("泽林镇怎么办残疾人证").place_code == "420704100"
    assert SEARCH.understand("怎么办残疾人证").place_code is None


@pytest.mark.parametrize("char", ["好", "a", "\u0301", "ﷺ", "(", "么", "着", "\U0001f600"])
def test_five_thousand_characters_are_read(char: str) -> None:
    assert SEARCH.understand(char * 5000).kind in set(Kind)


def test_a_long_letter_is_read_by_its_matter() -> None:
    letter = "尊敬的领导您好，" + "我今天来麻烦您一件事情。" * 5 + "孩子刚出生，想给他上户口，出生登记要带什么。"
    assert "D049" in [candidate.id for candidate in SEARCH.understand(letter).candidates[:3]]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="么样社保证着火(qū)​a1 \n", max_size=80))
def test_any_text_is_understood(text: str) -> None:
    found = SEARCH.understand(text)
    assert all(0 <= candidate.score <= 1 for candidate in found.candidates)

"""Emergencies that must be seen, said outright or between the lines, and alarming sentences that are none.

Both lists were written before the word lists were changed for them, not taken from the examples or the phrases.
"""

from __future__ import annotations

import csv

import pytest
import yaml

from catalog.kinds import examples
from catalog.matching import comparable
from catalog.understanding import Kind
from catalog.wording import DATA
from tests.town import sample

_, SEARCH = sample()

EMERGENCIES = {
    "self_harm": [
        "这些年谢谢大家的照顾，我先走了，勿念",
        "我把银行卡密码写在纸上了，你们以后好好过",
        "存折密码是我生日，孩子就拜托你们了，我不想再撑了",
        "我在长江大桥上，风好大，不想回去了",
        "要是我不在了，麻烦帮我照看一下老娘",
        "手腕上划了好几道，血止不住了",
        "我老公把绳子挂梁上了，怎么劝都不下来",
        "活到头了，冇得意思",
        "我不想获了",
        "群里有人发消息说今晚就去找他妈团聚了，他妈死了两年",
        "我姐产后抑郁，抱着娃站在阳台上",
        "一个人扛不动了，只想睡过去再也不醒来",
        "我爹把农药喝哒",
        "人间不值得，各位再会，来生再见",
    ],
    "violence": [
        "我男人喝了酒发疯，把我头往墙上撞",
        "他把刀架在我脖子上",
        "有个男的从地铁站一路跟到我家楼下",
        "后面有人一直跟着，我不敢回家",
        "楼道里两个男的拿棍子打一个女的",
        "我爸又打我妈了，妈妈脸上都是血",
        "有人拿斧头在门外劈我的门",
        "前夫说今晚要来放火烧死我们娘俩",
        "网约车司机把门锁了不让我下车",
        "有人偷偷进了屋，我听到客厅里有脚步声",
        "他打我，我现在锁在卫生间里",
        "隔壁天天传来女人的惨叫，今天特别厉害",
        "一伙人拿钢管把我堵在巷子里",
    ],
    "fire": [
        "屋里到处都是烟，呛得睁不开眼",
        "楼下电动车烧了，烟往楼上走",
        "灶台上的火窜到抽油烟机了",
        "家里着活了快来人",
        "山上起火咯，风又大",
        "隔壁窗子里头有火光，还有噼啪的响声",
        "插线板烧起了，窗帘都燃了",
        "三楼阳台在冒黑烟，好像没人在家",
        "柴棚燃起来哒，快点叫消防车",
    ],
    "gas": [
        "厨房里一股煤气味道，阀门关不上",
        "屋里好大的气味，灶没关，头晕",
        "用炭火盆取暖，老人跟孩子都恶心头晕没力气",
        "气坛子在漏气，呼呼地响",
        "洗澡洗着洗着人瘫在地上了，热水器在屋里",
        "闻到天燃气味道好重",
    ],
    "water": [
        "有个伢在水库里冒了一下就不见了",
        "堰塘里有人在喊救命",
        "我爹爹掉到井里头去了",
        "车开进水里了，水都到窗户了，门推不开",
        "小孩踩破冰掉下去了",
        "水已经漫到一楼窗台了，我们一家在屋顶上",
        "几个学生下河洗澡，有一个没上来",
        "外面水太大了，老人在屋里走不脱",
    ],
    "missing": [
        "我妈有老年痴呆，出去买菜四个小时了还没回",
        "一转身孙子就不见了，才三岁",
        "爹爹脑壳不清白，早上出门到现在找不到人",
        "姑娘昨天放学以后就没回家，手机关机",
        "自闭症的儿子从学校跑出去了，找不到",
        "嫁嫁糊涂了，走出去不晓得回来，天都黑了",
        "街上捡到一个迷路的娃娃，一直在哭",
    ],
    "fraud": [
        "有人让我把钱转到安全账户",
        "我刚转账给一个自称银行的人，怎么办",
        "客服叫我下个会议软件屏幕共享，正在弄",
        "我妈正在按电话里说的操作手机银行，拦不住",
        "刚刚把短信验证码告诉对方，卡里少了两万",
        "说我涉案了，要我不能告诉家里人，把钱转过去核查",
        "刷单刷了五万，现在说要再交钱才能提现",
    ],
    "trapped": [
        "电梯突然停了，灯也灭了，我一个人在里面",
        "电梯门开不了，我怀着孕在里头",
        "小娃把自己反锁在卫生间，开不开门",
        "娃的手指头卡在洗衣机里拔不出来",
        "车子撞变形了，腿夹在里面拿不出来",
        "水淹到车门了，打不开",
        "宝宝锁车里了，钥匙也在里面，外面三十八度",
    ],
    "collapse": [
        "后面山在往下垮，泥巴都进屋了",
        "老屋倒了，爷爷还在里头",
        "工地上塌了，有两个人埋在土里",
        "路突然陷下去一个大坑，一辆车掉进去了",
        "屋后头的坡在滑，墙都开裂了，要不要跑",
        "雨下大了，房子后墙垮哒",
    ],
    "medical": [
        "我爸胸口痛得直冒汗",
        "心口像刀绞一样，左边膀子发麻",
        "婆婆嘴巴歪了，讲话含糊，一边手抬不起来",
        "突然说话大舌头，半边身子没知觉",
        "喊他没得反应，鼾声好大",
        "叫不醒了，嘴唇乌的",
        "娃儿把洁厕灵喝了",
        "吃了自己采的菌子，一家人上吐下泻",
        "儿子抽风了，眼睛往上翻",
        "切菜把手指头切断了，血一直流",
        "老婆肚子痛得不得了，羊水都流出来了",
        "生到一半了，孩子头都出来了",
        "我老公修电路被电打了，没得知觉",
        "在田里干活晕了，浑身滚烫，不出汗",
        "工地上有人热射病，叫不答应",
        "吃鱼刺卡住了喉咙，出不了气",
        "老人从楼梯上摔下来，后脑壳流血",
        "被毒蛇咬了一口，腿都黑了",
        "伢发烧烧得抽筋",
        "心脏病犯了，药找不到",
        "有人被车撞了躺在地上，流好多血",
        "胸口闷得像压了块石头，喘不过来气",
        "昏迷不行了，怎么搞",
        "孕妇摔了一跤，下面流血",
        "狗把小孩脸咬烂了，血糊糊的",
        "叫了半天没人应，老人一个人在屋里，门反锁",
    ],
}

CLOSE = {
    frozenset({"gas", "medical"}),
    frozenset({"fire", "violence"}),
    frozenset({"water", "trapped"}),
    frozenset({"trapped", "medical"}),
    frozenset({"trapped", "collapse"}),
    frozenset({"water", "collapse"}),
    frozenset({"medical", "violence"}),
    frozenset({"self_harm", "medical"}),
    frozenset({"fire", "trapped"}),
    frozenset({"collapse", "medical"}),
    frozenset({"water", "medical"}),
    frozenset({"fire", "gas"}),
}
"""Dangers that one message may well be about together: either is a right answer."""

HARMLESS = [
    "怎么给农民减轻负担",
    "减轻生育负担有补贴吗",
    "年底杀年猪要报备不",
    "杀猪宰羊办什么证",
    "火灾补助怎么申请",
    "去年家里失火，受灾救助找哪个部门",
    "气死了，跑了两趟窗口都关门",
    "饿死了，食堂还开着没有",
    "热死了有没有纳凉的地方",
    "商场跳楼价买的东西能不能开票",
    "自杀式减肥有危害吗",
    "报警后的材料在哪里打印",
    "派出所给的报警回执丢了",
    "出院报销要带哪些材料",
    "我以前被骗过，想问反诈宣传在哪看",
    "前年被骗的钱现在还能立案吗",
    "社区什么时候搞消防演习",
    "地震演习通知什么时候发",
    "灭火器去哪里年检",
    "饭馆的消防验收找谁",
    "怎么打击非法营运",
    "打击养老诈骗的宣传活动在哪",
    "开店太烧钱了，有没有创业补贴",
    "急死人了，明天就要交证明",
    "煤气罐安装要找谁",
    "怎么办理燃气安装",
    "社区溺水宣传什么时候办",
    "家暴后离婚手续怎么办",
    "被家暴过，离婚要什么材料",
    "抢救费报销多少",
    "老爸抢救了三天，费用能报多少",
    "电梯加装补贴",
    "电梯维修能用维修资金吗",
    "走失老人手环怎么领",
    "防走失定位手环申请",
    "孩子落水救上来了，想给救人的申请见义勇为",
    "我妈三年前中风，现在想办残疾证",
    "老人昏迷两个月了，社保卡怎么激活",
    "植物人怎么办残疾证",
    "癫痫算不算慢特病",
    "心梗装了支架能办门诊慢病吗",
    "生孩子大出血住院，能报多少",
    "羊水穿刺医保报不报",
    "生完孩子多久上户口",
    "快生了，想先问准生证怎么办",
    "预产期下个月，生育登记怎么弄",
    "触电死亡的赔偿去哪里谈",
    "老公溺水去世，遗属补助怎么领",
    "儿子车祸走了，失独家庭扶助",
    "自杀身亡的能领丧葬费吗",
    "危房要倒了怎么申请改造",
    "房子漏雨墙裂了能申请危改吗",
    "滑坡搬迁补助标准",
    "被山洪冲走的房子有没有补助",
    "农田被淹了找谁登记受灾",
    "烧伤的人能办残疾证吗",
    "食物中毒怎么预防",
    "煤气中毒后遗症能不能评残",
    "着急死了，社保卡还没到",
    "忙得要死，能不能网上办",
    "穷得快活不下去的家庭能申请什么救助",
    "穷死了，低保怎么办",
    "笑死我了，这也要排队",
    "累死累活交了十五年社保能退休不",
    "爷爷去世的死亡证明找谁开",
    "老人死了户口怎么注销",
    "人死了社保卡里的钱怎么取",
    "走丢的狗可以上狗证吗",
    "身份证走丢了补办",
    "被盗的手机里有社保卡怎么挂失",
    "小偷偷走了身份证怎么补",
    "钱包被抢，户口本在里面，怎么补",
    "打架斗殴留了案底能考公务员吗",
    "怎么预防电信诈骗",
    "刷单骗局的宣传单哪里领",
    "银行说我转账要社区开证明",
    "低保金转账失败怎么办",
    "社保转到外地要多久",
    "屏幕上共享的表格打不开",
    "老人不会屏幕操作，能帮忙认证吗",
    "锁在柜子里的户口本找不到了怎么补",
    "证件照片卡住了上传不了",
    "网页卡死了，申请提交不上去",
    "系统崩溃了，认证出不来",
    "房产证被困在银行里，怎么拿",
    "生活困住了，想申请临时救助",
    "小孩发烧住院报销比例",
    "狂犬疫苗在哪里打，能报销吗",
    "毒品预防教育基地在哪",
    "打针打死老鼠那种药店要证吗",
    "爆炸物品从业许可怎么办",
    "烟花炮仗摊要什么证",
    "烧纸祭祖有没有规定地点",
    "烧烤店办证",
    "爬楼机能不能租给瘫痪老人",
    "老人摔倒过，想装扶手",
    "独居老人紧急呼叫器怎么申请",
    "精神病人发病期过了，监护补贴怎么领",
]


def is_right(seen: str, meant: str) -> bool:
    return seen == meant or frozenset({seen, meant}) in CLOSE


def test_there_are_enough_of_both() -> None:
    assert sum(map(len, EMERGENCIES.values())) >= 70
    assert len(HARMLESS) >= 70


@pytest.mark.parametrize(("code", "message"), [(code, text) for code, texts in EMERGENCIES.items() for text in texts])
def test_an_emergency_is_seen(code: str, message: str) -> None:
    found = SEARCH.understand(message)
    assert found.kind is Kind.EMERGENCY
    assert found.danger is not None
    assert is_right(found.danger.code, code), found.danger.code


@pytest.mark.parametrize("message", HARMLESS)
def test_what_only_sounds_alarming_goes_its_normal_way(message: str) -> None:
    assert SEARCH.understand(message).kind is not Kind.EMERGENCY


def test_none_of_these_messages_is_an_example_or_a_phrase() -> None:
    written = {comparable(text) for text in [*HARMLESS, *(text for texts in EMERGENCIES.values() for text in texts)]}
    assert written & {example.text for example in examples()} == set()
    with (DATA / "phrases.csv").open(encoding="utf-8", newline="") as file:
        assert written & {comparable(row["text"]) for row in csv.DictReader(file)} == set()


def test_a_danger_word_alone_is_an_emergency() -> None:
    rows = yaml.safe_load((DATA / "scope.yaml").read_text(encoding="utf-8"))["emergencies"]
    words = [str(word) for row in rows for word in row["words"] if "…" not in str(word)]
    assert [word for word in words if SEARCH.understand(word).kind is not Kind.EMERGENCY] == []

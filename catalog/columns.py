"""The columns of each file: our field, the headings it may have (GB/T 39554 names first), whether it must be there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. The field name itself is its English heading."""

    field: str
    headers: tuple[str, ...]
    """Chinese headings that are understood; the first is the one that the sample uses."""
    is_needed: bool = True


def _optional(field: str, *headers: str) -> Column:
    return Column(field, headers, is_needed=False)


_ID = Column("id", ("编号", "编码", "序号"))
_NAME = Column("name", ("名称",))
_IS_SAMPLE = _optional("is_sample", "示例数据", "是否示例")
_NOTE = _optional("note", "备注", "说明")

SERVICES = (
    Column("id", ("事项编码", "事项编号", "实施编码", "编号")),
    Column("name", ("事项名称", "名称")),
    Column("level", ("行使层级", "办理层级")),
    Column("department", ("实施主体", "实施部门", "部门")),
    Column("applicants", ("服务对象", "申请人")),
    Column("conditions", ("受理条件", "申请条件")),
    Column("materials", ("申报材料", "申请材料", "材料")),
    Column("legal_limit", ("法定办结时限",)),
    Column("promised_limit", ("承诺办结时限",)),
    _optional("handling", "办件类型"),
    Column("is_charged", ("是否收费",)),
    _optional("fee", "收费标准", "收费项目"),
    _optional("fee_basis", "收费依据"),
    Column("visits", ("到办事现场次数", "跑动次数")),
    Column("visit_reason", ("必须现场办理原因说明",)),
    Column("zero_visit", ("零跑腿", "是否零跑腿")),
    Column("is_online", ("是否网办",)),
    _optional("online_depth", "网上办理深度"),
    Column("is_by_post", ("是否支持邮寄", "是否支持物流快递", "物流快递")),
    _optional("is_at_home", "是否上门办", "上门办"),
    Column("where", ("办理地点",)),
    Column("phone", ("咨询方式", "咨询电话")),
    Column("complaint_phone", ("监督投诉方式", "投诉电话")),
    Column("basis", ("设定依据",)),
    Column("valid_from", ("计划生效日期", "生效日期")),
    _optional("valid_until", "计划取消日期", "取消日期", "失效日期"),
    Column("source", ("来源",)),
    Column("source_date", ("来源日期",)),
    _optional("version", "事项版本"),
    _optional("frequency_rank", "高频序号"),
    _NOTE,
    _IS_SAMPLE,
)

CERTIFICATES = (
    _ID,
    Column("name", ("证明名称", "名称")),
    Column("replacement", ("替代办法", "替代方式")),
    Column("source", ("来源",)),
    _IS_SAMPLE,
)

DEPARTMENTS = (
    Column("name", ("部门名称", "名称", "部门")),
    Column("subject", ("业务类别", "技能")),
    Column("phone", ("咨询电话", "咨询方式", "电话")),
    Column("complaint_phone", ("投诉电话", "监督投诉方式")),
    _optional("address", "地址"),
    _IS_SAMPLE,
)

PLACES = (
    Column("code", ("区划代码", "代码")),
    _NAME,
    Column("level", ("层级",)),
    Column("parent", ("上级代码", "上级")),
    _optional("aliases", "别名"),
    _optional("run_by", "托管单位", "代管单位"),
    _optional("latitude", "纬度"),
    _optional("longitude", "经度"),
    _optional("confidence", "可信度"),
    _NOTE,
    _IS_SAMPLE,
)

FACILITIES = (
    _ID,
    Column("kind", ("类别", "类型")),
    _NAME,
    Column("place_code", ("所在区划代码", "区划代码", "所在村社区")),
    Column("address", ("地址",)),
    Column("hours", ("开放时间",)),
    Column("phone", ("电话", "联系电话")),
    _optional("season_from", "开放起始日", "季节开始"),
    _optional("season_until", "开放截止日", "季节结束"),
    _NOTE,
    _IS_SAMPLE,
)

HELPERS = (
    _ID,
    Column("name", ("姓名",)),
    Column("team", ("小分队", "队伍", "所在队伍")),
    Column("places", ("服务区划代码", "服务区域")),
    Column("skills", ("擅长业务", "技能")),
    _optional("languages", "语言"),
    _optional("capacity", "同时办件数", "可办件数"),
    _optional("duty_from", "值守开始"),
    _optional("duty_until", "值守结束"),
    _optional("duty_days", "值守日"),
    _optional("may_visit_homes", "可上门"),
    _IS_SAMPLE,
)

CALENDAR = (Column("date", ("日期",)), Column("kind", ("类别", "类型")), _NOTE)

PHRASES = (_ID, Column("text", ("说法", "问法", "内容")), _optional("style", "写法", "风格"))

LOOKALIKES = (Column("question", ("问题",)), Column("answers", ("回答", "答案")))

LISTS = (_ID, _NAME, _optional("words", "常见说法"), _optional("source", "来源"), _IS_SAMPLE)
"""Plain lists: negative_items, linked_services, assist_items."""

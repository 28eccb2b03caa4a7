/* SPDX-License-Identifier: MIT */
/* The commented policy of a new book. */
#include "policy/policy.h"

#include <string.h>

static const char head[] =
    "# The book's policy: how customers are tiered, visited, answered and asked.\n"
    "# All rules of the book stand here; crm-policy(5) explains every key, and\n"
    "# `crm policy check` finds mistakes. A key that is left out has the value shown here.\n"
    "# 本账簿的规则：客户分级、回访计划、投诉时限、满意度调查。\n"
    "\n"
    "# Time zone 时区 and currency 币种 of the book.\n";

static const char no_database[] =
    "# database: postgresql://host/name   # a team's database 数据库 in place of the book's file\n";

static const char tiers[] =
    "\n"
    "# Tiers 客户分级, best first.\n"
    "tiers:\n"
    "  names: [A, B, C]\n"
    "  main: abc\n"
    "  schemes:\n"
    "    # ABC analysis 帕累托分析: by cumulative share of the last twelve months' revenue, A up\n"
    "    # to 80 %, B up to 95 %, C the rest.\n"
    "    abc:\n"
    "      method: pareto\n"
    "      measure: revenue                  # or profit 利润\n"
    "      period: 12mo\n"
    "      crossing: outside                 # who crosses a line is not inside it\n"
    "      thresholds: {A: 80, B: 95}\n"
    "      demote_after: 0                   # 降级缓冲: evaluations (2) or time (3mo) below the "
    "line\n"
    "      margin: 0                         # points below the line that demote at once\n"
    "    # Weighted index 加权指数, beside the main scheme: crm tier --scheme stars\n"
    "    # stars:\n"
    "    #   method: score\n"
    "    #   indicators:                     # weights 权重 sum to 100\n"
    "    #     revenue: {source: revenue, period: 12mo, low: 0, high: 200000, weight: 50}\n"
    "    #     need_fit: {source: field, field: need_fit, low: 1, high: 5, weight: 30}\n"
    "    #     loyalty: {source: years, mapping: percentile, weight: 20, missing: zero}\n"
    "    #   thresholds: {A: 80, B: 60}\n"
    "    #   demote_after: 2\n"
    "    # The best 50, and the next 20 % 名额: crm tier --scheme best\n"
    "    # best:\n"
    "    #   method: quota\n"
    "    #   indicators:\n"
    "    #     profit: {source: profit, mapping: percentile, weight: 100, missing: zero}\n"
    "    #   thresholds: {A: 50, B: 20%}\n"
    "  # review_every: 3mo                   # 定期评级: remind when no evaluation was run so "
    "long\n"
    "\n";

static const char visits[] =
    "# Visits 回访计划. Channels 渠道 weakest first: each also satisfies a duty of those before "
    "it.\n"
    "visits:\n"
    "  channels: [message, email, event, phone, video, face]\n"
    "  ahead: 14d                            # 提前量: a visit may be planned so long before it is "
    "due\n"
    "  cadence:                              # 回访周期; grace 宽限期: then a visit is overdue\n"
    "    A: {every: 3mo, channel: face, minutes: 60, grace: 14d}\n"
    "    B: {every: 6mo, channel: phone, minutes: 30, grace: 14d}\n"
    "    C: {every: 12mo, channel: any, minutes: 15, grace: 14d}\n"
    "    # first: 1mo                        # 首访: a new customer's first visit comes sooner\n"
    "    # agenda: 需求, 满意度, 下一步         # what to talk about\n"
    "\n";

static const char care[] =
    "# Care dates 客户关怀: birthdays, founding days and festivals; crm care lists them.\n"
    "care:\n"
    "  lead: 7d                              # 提前: reminded of so long before its day\n"
    "  grace: 14d                            # 补办: how long after its day it may be made up "
    "for\n"
    "  leap_month: no                        # 闰月生日: yes keeps it in the leap month\n"
    "  occasions:\n"
    "    birthday: {lead: 3d, round: 10}\n"
    "    founding: {lead: 7d}\n"
    "    # Festivals 节日 of customers in these tiers who have none of their own:\n"
    "    # spring-festival: {lead: 14d, tiers: [A, B]}\n"
    "    # mid-autumn: {tiers: [A]}\n"
    "    # anniversary: {day: 10-18, label: 店庆, tiers: [A]}  # a day of our own\n"
    "  # Greetings 问候语 in place of crm's own; the most specific one holds:\n"
    "  # greetings:\n"
    "  #   - {occasion: birthday, language: zh, text: '{salutation}：祝您生日快乐！'}\n"
    "  #   - {occasion: any, language: en, text: 'Dear {name}, our best wishes for "
    "{occasion}.'}\n"
    "\n";

static const char calendars[] =
    "# Working time 工作日历. The first calendar is the default. Holidays and make-up days 调休 "
    "come\n"
    "# from an official list: crm calendar import cn-2026.json, then `holidays: cn`.\n"
    "calendars:\n"
    "  office:\n"
    "    week:\n"
    "      mon: [09:00-12:00, 13:00-18:00]\n"
    "      tue: [09:00-12:00, 13:00-18:00]\n"
    "      wed: [09:00-12:00, 13:00-18:00]\n"
    "      thu: [09:00-12:00, 13:00-18:00]\n"
    "      fri: [09:00-12:00, 13:00-18:00]\n"
    "    # holidays: cn\n"
    "  # hotline:                            # 全天候\n"
    "  #   week: {mon: [00:00-24:00], sat: [00:00-24:00], sun: [00:00-24:00]}\n"
    "\n";

static const char complaints[] =
    "# Complaints 投诉.\n"
    "complaints:\n"
    "  categories: [quality, delivery, service, price, other]  # 投诉类别; [] for any text\n"
    "  services: [standard, on_site, remote]                   # 服务类型\n"
    "  # Tree of causes 原因分类; a wider cause stands before those that belong to it.\n"
    "  causes:\n"
    "    product: {label: 产品}\n"
    "    defect: {label: 质量缺陷, parent: product}\n"
    "    wrong_item: {label: 错发漏发, parent: product}\n"
    "    process: {label: 流程}\n"
    "    late: {label: 延误, parent: process}\n"
    "    invoice: {label: 开票结算, parent: process}\n"
    "    people: {label: 人员}\n"
    "    attitude: {label: 服务态度, parent: people}\n"
    "    communication: {label: 沟通, parent: people}\n"
    "    other: {label: 其他}\n"
    "  # Limits 投诉时限 for the first response 首次响应 and the resolution 解决. Clock time 30m "
    "4h 2d,\n"
    "  # working time 4wh 2wd. The most specific line that fits holds; severity 严重程度 is low,\n"
    "  # normal, high or critical.\n"
    "  limits:\n"
    "    - {respond: 8wh, resolve: 5wd}\n"
    "    - {severity: high, respond: 4wh, resolve: 2wd}\n"
    "    - {severity: critical, respond: 2h, resolve: 1d}\n"
    "    - {tier: A, respond: 4wh, resolve: 3wd}\n"
    "    - {tier: A, severity: high, respond: 2wh, resolve: 1wd}\n"
    "    - {tier: A, severity: critical, respond: 30m, resolve: 12h}\n"
    "  at_risk: 75                           # 预警: percent of a limit used\n"
    "  escalation:                           # 升级: who is told at which percent\n"
    "    - {at: 50, tell: owner}\n"
    "    - {at: 75, tell: owner}\n"
    "    - {at: 100, tell: manager}\n"
    "  manager: manager                      # 主管: whose role in the staff list is that\n"
    "\n";

static const char surveys[] =
    "# Surveys 满意度调查.\n"
    "surveys:\n"
    "  min_days: 90                          # 调查间隔: a customer is not asked more often\n"
    "  min_n: 10                             # 最小样本: below it groups are not ranked\n"
    "  # ask:                                # 何时调查: remind of whom to ask\n"
    "  #   - {every: 12mo}\n"
    "  #   - {tier: A, every: 6mo, survey: nps}\n"
    "  #   - {after: complaint, within: 7d, survey: csat}\n"
    "\n"
    "# Reminders 提醒: when `crm remind --new` gives nothing, and keeps it for later.\n"
    "# reminders:\n"
    "#   quiet: [22:00-08:00]                # 免打扰时段\n"
    "#   working_days: yes                   # 仅工作日\n"
    "#   urgent: always                      # 紧急事项随时提醒: limits breached, critical "
    "complaints\n"
    "\n"
    "# Personal data 隐私: lists mask phones, e-mail and other personal fields; `show` does not.\n"
    "privacy:\n"
    "  show_sensitive: no                    # 列表显示完整号码: yes masks nothing\n"
    "\n"
    "# Fields of the firm's own 自定义字段, by kind of record.\n"
    "# fields:\n"
    "#   customer:\n"
    "#     anniversary: {label: 签约纪念日, type: date}\n"
    "#     channel_type: {label: 渠道类型, type: enum, choices: [direct, dealer, online]}\n";

static void database_text(struct buffer *out, const char *database)
{
    buffer_text(out, "# A team's database 数据库 in place of the book's file.\ndatabase: \"");
    for (; *database != '\0'; database++)
        buffer_printf(out, strchr("\"\\", *database) != NULL ? "\\%c" : "%c", *database);
    buffer_text(out, "\"\n");
}

crm_status policy_default(struct buffer *out, const char *time_zone, const char *currency,
                          const char *database)
{
    buffer_text(out, head);
    /* Quoted, as an offset such as +08:00 is a time zone too. */
    buffer_printf(out, "time_zone: \"%s\"\n", time_zone != NULL ? time_zone : "UTC");
    buffer_printf(out, "currency: %s\n", currency != NULL ? currency : "CNY");
    if (database != NULL)
        database_text(out, database);
    else
        buffer_text(out, no_database);
    buffer_text(out, tiers);
    buffer_text(out, visits);
    buffer_text(out, care);
    buffer_text(out, calendars);
    buffer_text(out, complaints);
    buffer_text(out, surveys);
    return out->failed ? CRM_NO_MEMORY : CRM_OK;
}

/* SPDX-License-Identifier: MIT */
/* Every key of policy.yaml. */
#include "policy/description.h"

#include "policy/policy.h"
#include "policy/reader.h"

#define KEYS(table)    (table), sizeof(table) / sizeof *(table)
#define CHOICES(table) .choices = (table), .choice_count = sizeof(table) / sizeof *(table)

/* ---- tiers 客户分级 ---- */

static const char *const missing_choices[] = {"zero", "median", "unrated"};
static const char *const mapping_choices[] = {"linear", "bands", "percentile"};
static const char *const method_choices[] = {"pareto", "score", "quota", "rules"};
static const char *const measure_choices[] = {"revenue", "profit"};
static const char *const crossing_choices[] = {"outside", "inside"};
static const char *const source_choices[] = {"revenue",      "profit",       "orders",
                                             "growth",       "years",        "field",
                                             "credit_grade", "satisfaction", "on_time_payment"};

static const struct policy_key band_keys[] = {
    {"from", POLICY_DECIMAL, KEY_REQUIRED, offsetof(struct band, from), .minimum = -1000000000000,
     .maximum = 1000000000000, .help = N_("least raw value of the band")},
    {"to", POLICY_DECIMAL, .offset = offsetof(struct band, to),
     .given_offset = offsetof(struct band, has_to), .minimum = -1000000000000,
     .maximum = 1000000000000,
     .help = N_("value below which the band ends; must be where the next begins")},
    {"label", POLICY_TEXT, .offset = offsetof(struct band, label),
     .help = N_("the letter of a credit grade")},
    {"points", POLICY_DECIMAL, KEY_REQUIRED, offsetof(struct band, points), .minimum = 0,
     .maximum = 100, .help = N_("points that a value in the band gives, 0 to 100")},
};
static const struct policy_section band_section = {
    KEYS(band_keys), sizeof(struct band), POLICY_NOWHERE, false, POLICY_NOWHERE, NULL};

static const struct policy_key indicator_keys[] = {
    {"source", POLICY_CHOICE, KEY_REQUIRED, offsetof(struct indicator, source),
     CHOICES(source_choices), .help = N_("where the raw value comes from")},
    {"field", POLICY_TEXT, .offset = offsetof(struct indicator, field),
     .help = N_("the customer's field, for the source field")},
    {"period", POLICY_PERIOD, KEY_APART, offsetof(struct indicator, period), .minimum = 1,
     .default_text = "12mo", .help = N_("how far back the source looks")},
    {"mapping", POLICY_CHOICE, .offset = offsetof(struct indicator, mapping),
     CHOICES(mapping_choices), .default_text = "linear",
     .help = N_("how the raw value becomes 0 to 100 points")},
    {"low", POLICY_DECIMAL, .offset = offsetof(struct indicator, low), .minimum = -1000000000000,
     .maximum = 1000000000000, .default_text = "0",
     .help = N_("linear: the raw value that gives 0 points")},
    {"high", POLICY_DECIMAL, .offset = offsetof(struct indicator, high), .minimum = -1000000000000,
     .maximum = 1000000000000, .default_text = "100",
     .help = N_("linear: the raw value that gives 100 points")},
    {"bands", POLICY_LIST, .offset = offsetof(struct indicator, bands),
     .count_offset = offsetof(struct indicator, band_count), .maximum = 100, .default_text = "[]",
     .help = N_("bands: ranges of raw values and the points of each"), .section = &band_section},
    {"weight", POLICY_DECIMAL, KEY_REQUIRED | KEY_APART, offsetof(struct indicator, weight),
     .minimum = 0, .maximum = 100,
     .help = N_("share of the score in percent; all weights sum to 100")},
    {"missing", POLICY_CHOICE, KEY_APART, offsetof(struct indicator, missing),
     CHOICES(missing_choices), .default_text = "unrated",
     .help = N_("what a missing raw value counts as")},
};
static const struct policy_section indicator_section = {KEYS(indicator_keys),
                                                        sizeof(struct indicator),
                                                        offsetof(struct indicator, name),
                                                        false,
                                                        offsetof(struct indicator, line),
                                                        policy_check_indicator};

static const struct policy_key scheme_keys[] = {
    {"method", POLICY_CHOICE, .offset = offsetof(struct tier_scheme, method),
     CHOICES(method_choices), .default_text = "pareto", .help = N_("how a customer gets the tier")},
    {"measure", POLICY_CHOICE, KEY_APART, offsetof(struct tier_scheme, measure),
     CHOICES(measure_choices), .default_text = "revenue", .help = N_("pareto: what is summed up")},
    {"period", POLICY_PERIOD, KEY_APART, offsetof(struct tier_scheme, period), .minimum = 1,
     .default_text = "12mo", .help = N_("pareto: how far back orders count")},
    {"crossing", POLICY_BOOLEAN, KEY_APART, offsetof(struct tier_scheme, crossing_inside),
     CHOICES(crossing_choices), .default_text = "outside",
     .help = N_("pareto: whether the customer who crosses a line is inside it")},
    {"indicators", POLICY_MAP, .offset = offsetof(struct tier_scheme, indicators),
     .count_offset = offsetof(struct tier_scheme, indicator_count), .maximum = 100,
     .default_text = "{}", .help = N_("score and quota: the parts of the score"),
     .section = &indicator_section},
    {"thresholds", POLICY_THRESHOLDS, .offset = offsetof(struct tier_scheme, thresholds),
     .count_offset = offsetof(struct tier_scheme, threshold_count), .flags = KEY_REQUIRED,
     .help = N_("the line of each tier but the last")},
    {"demote_after", POLICY_DEMOTION, KEY_APART,
     .place_offset = offsetof(struct tier_scheme, demote_after_line), .default_text = "0",
     .help = N_("evaluations, or time, below the line before a demotion")},
    {"margin", POLICY_DECIMAL, KEY_APART, offsetof(struct tier_scheme, margin),
     .place_offset = offsetof(struct tier_scheme, margin_line), .minimum = 0, .maximum = 100,
     .default_text = "0", .help = N_("points below the line that demote at once; 0 for none")},
};
static const struct policy_section scheme_section = {KEYS(scheme_keys),
                                                     sizeof(struct tier_scheme),
                                                     offsetof(struct tier_scheme, name),
                                                     false,
                                                     offsetof(struct tier_scheme, line),
                                                     policy_check_scheme};

static const struct policy_key tier_keys[] = {
    {"names", POLICY_NAMES, .offset = offsetof(struct policy, tiers),
     .count_offset = offsetof(struct policy, tier_count), .minimum = 1, .maximum = 26,
     .default_text = "[A, B, C]", .help = N_("the tiers, best first")},
    {"schemes", POLICY_MAP, KEY_TIERED, offsetof(struct policy, schemes),
     offsetof(struct policy, scheme_count), .minimum = 1, .maximum = 50,
     .default_text = "{abc: {method: pareto, thresholds: {A: 80, B: 95}}}",
     .help = N_("ways to give a customer a tier, side by side"), .section = &scheme_section},
    {"main", POLICY_SCHEME, .offset = offsetof(struct policy, main_scheme),
     .help = N_("the scheme that decides; without it the first")},
    {"review_every", POLICY_PERIOD, .offset = offsetof(struct policy, review_every),
     .place_offset = offsetof(struct policy, review_every_line),
     .help = N_("time after which an evaluation is to be run again")},
    {"pin_notice", POLICY_PERIOD, .offset = offsetof(struct policy, pin_notice),
     .place_offset = offsetof(struct policy, pin_notice_line), .default_text = "14d",
     .help = N_("how long before its end a tier set by hand is told of")},
};
static const struct policy_section tiers_section = {KEYS(tier_keys), 0,   POLICY_NOWHERE, false,
                                                    POLICY_NOWHERE,  NULL};

/* ---- visits 回访 ---- */

static const struct policy_key cadence_keys[] = {
    {"every", POLICY_PERIOD, KEY_REQUIRED, offsetof(struct cadence, every),
     .help = N_("time from one visit to the next")},
    {"first", POLICY_PERIOD, .offset = offsetof(struct cadence, first),
     .help = N_("time from the start of the relation to the first visit; without it as every")},
    {"grace", POLICY_PERIOD, KEY_APART, offsetof(struct cadence, grace), .default_text = "14d",
     .help = N_("time after the due date from which a visit is overdue")},
    {"channel", POLICY_CHANNEL, KEY_APART, offsetof(struct cadence, channel), .default_text = "any",
     .help = N_("the weakest channel that counts")},
    {"minutes", POLICY_INTEGER, KEY_APART, offsetof(struct cadence, minutes), .minimum = 0,
     .maximum = 1440, .default_text = "30", .help = N_("staff minutes that a visit takes")},
    {"agenda", POLICY_TEXT, KEY_APART, offsetof(struct cadence, agenda),
     .help = N_("what to talk about")},
};
static const struct policy_section cadence_section = {KEYS(cadence_keys),
                                                      sizeof(struct cadence),
                                                      offsetof(struct cadence, tier),
                                                      true,
                                                      offsetof(struct cadence, line),
                                                      policy_check_cadence};

static const struct policy_key visit_keys[] = {
    {"channels", POLICY_NAMES, KEY_APART, offsetof(struct policy, channels),
     .count_offset = offsetof(struct policy, channel_count), .minimum = 1, .maximum = 20,
     .default_text = "[message, email, event, phone, video, face]",
     .help = N_("ways to meet, weakest first; each also counts as those before it")},
    {"cadence", POLICY_MAP, KEY_TIERED, offsetof(struct policy, cadences), POLICY_NOWHERE,
     .default_text = "{A: {every: 3mo, channel: face, minutes: 60},"
                     " B: {every: 6mo, channel: phone, minutes: 30},"
                     " C: {every: 12mo, channel: any, minutes: 15}}",
     .help = N_("how often each tier is visited"), .section = &cadence_section},
    {"ahead", POLICY_PERIOD, KEY_APART, offsetof(struct policy, plan_ahead), .default_text = "14d",
     .help = N_("how long before it is due a visit may be planned")},
};
static const struct policy_section visits_section = {
    KEYS(visit_keys), 0, POLICY_NOWHERE, false, POLICY_NOWHERE, policy_check_visits};

/* ---- care dates 客户关怀 ---- */

static const struct policy_key occasion_keys[] = {
    {"label", POLICY_TEXT, .offset = offsetof(struct care_occasion, label),
     .help = N_("name for people")},
    {"day", POLICY_TEXT, .offset = offsetof(struct care_occasion, day),
     .help = N_("day of the firm's own occasion, such as 10-18 or lunar 9-9")},
    {"remind", POLICY_BOOLEAN, .offset = offsetof(struct care_occasion, remind),
     .default_text = "yes", .help = N_("whether it is reminded of")},
    {"lead", POLICY_PERIOD, .offset = offsetof(struct care_occasion, lead), .maximum = 366,
     .given_offset = offsetof(struct care_occasion, has_lead),
     .help = N_("how long before its day; without it care.lead")},
    {"tiers", POLICY_NAMES, .offset = offsetof(struct care_occasion, tiers),
     .count_offset = offsetof(struct care_occasion, tier_count), .maximum = 26,
     .default_text = "[]",
     .help = N_("tiers whose customers it is for; [] is all for birthday and founding, none for "
                "others")},
    {"roles", POLICY_NAMES, .offset = offsetof(struct care_occasion, roles),
     .count_offset = offsetof(struct care_occasion, role_count), .maximum = 10,
     .default_text = "[]", .help = N_("birthday: roles of the contacts it is for; [] is all")},
    {"round", POLICY_INTEGER, .offset = offsetof(struct care_occasion, round), .minimum = 0,
     .maximum = 100, .default_text = "5",
     .help = N_("numbers of years that it divides are round ones; 0 for none")},
};
static const struct policy_section occasion_section = {KEYS(occasion_keys),
                                                       sizeof(struct care_occasion),
                                                       offsetof(struct care_occasion, name),
                                                       false,
                                                       offsetof(struct care_occasion, line),
                                                       policy_check_occasion};

static const struct policy_key greeting_keys[] = {
    {"occasion", POLICY_TEXT, .offset = offsetof(struct greeting, occasion), .default_text = "any",
     .help = N_("what it is for: birthday, founding, a festival, an occasion, or any")},
    {"language", POLICY_TEXT, .offset = offsetof(struct greeting, language), .default_text = "any",
     .help = N_("language of the text, such as zh, or any")},
    {"text", POLICY_TEXT, KEY_REQUIRED, offsetof(struct greeting, text),
     .help = N_("the greeting, with {name}, {title}, {salutation}, {customer}, {occasion}, "
                "{years}")},
};
static const struct policy_section greeting_section = {KEYS(greeting_keys),
                                                       sizeof(struct greeting),
                                                       POLICY_NOWHERE,
                                                       false,
                                                       offsetof(struct greeting, line),
                                                       policy_check_greeting};

static const struct policy_key care_keys[] = {
    {"lead", POLICY_PERIOD, .offset = offsetof(struct policy, care_lead),
     .place_offset = offsetof(struct policy, care_lead_line), .maximum = 366, .default_text = "7d",
     .help = N_("how long before its day an occasion is reminded of")},
    {"grace", POLICY_PERIOD, .offset = offsetof(struct policy, care_grace),
     .place_offset = offsetof(struct policy, care_grace_line), .maximum = 366,
     .default_text = "14d", .help = N_("how long after its day a greeting may be made up for")},
    {"leap_month", POLICY_BOOLEAN, .offset = offsetof(struct policy, care_leap_month),
     .default_text = "no",
     .help = N_("whether a birthday in a leap month stays in it in years that have it")},
    {"occasions", POLICY_MAP, .offset = offsetof(struct policy, occasions),
     .count_offset = offsetof(struct policy, occasion_count), .maximum = 100,
     .default_text = "{birthday: {lead: 3d, round: 10}, founding: {lead: 7d}}",
     .help = N_("occasions to greet customers for"), .section = &occasion_section},
    {"greetings", POLICY_LIST, .offset = offsetof(struct policy, greetings),
     .count_offset = offsetof(struct policy, greeting_count), .maximum = 500, .default_text = "[]",
     .help = N_("texts of greetings, before those that crm knows; the most specific holds"),
     .section = &greeting_section},
};
static const struct policy_section care_section = {KEYS(care_keys), 0,   POLICY_NOWHERE, false,
                                                   POLICY_NOWHERE,  NULL};

/* ---- calendars 工作日历 ---- */

#define WEEKDAY(name, index)                                                                       \
    {                                                                                              \
        name, POLICY_INTERVALS,                                                                    \
            .offset = offsetof(struct calendar_policy, week[index]),                               \
            .count_offset = offsetof(struct calendar_policy, week_count[index]),                   \
            .default_text = "[]", .help = N_("working time of the day, such as 09:00-12:00")       \
    }

static const struct policy_key week_keys[] = {
    WEEKDAY("mon", 0), WEEKDAY("tue", 1), WEEKDAY("wed", 2), WEEKDAY("thu", 3),
    WEEKDAY("fri", 4), WEEKDAY("sat", 5), WEEKDAY("sun", 6),
};
static const struct policy_section week_section = {KEYS(week_keys), 0,   POLICY_NOWHERE, false,
                                                   POLICY_NOWHERE,  NULL};

static const struct policy_key calendar_keys[] = {
    {"week", POLICY_SECTION, KEY_REQUIRED, .help = N_("working time by day of the week"),
     .section = &week_section},
    {"holidays", POLICY_TEXT, .offset = offsetof(struct calendar_policy, holidays),
     .help = N_("list of holidays and make-up days imported under that name")},
};
static const struct policy_section calendar_section = {KEYS(calendar_keys),
                                                       sizeof(struct calendar_policy),
                                                       offsetof(struct calendar_policy, name),
                                                       false,
                                                       offsetof(struct calendar_policy, line),
                                                       policy_check_calendar};

/* ---- complaints 投诉 ---- */

static const char *const severity_choices[] = {"low", "normal", "high", "critical"};

static const struct policy_key cause_keys[] = {
    {"label", POLICY_TEXT, .offset = offsetof(struct cause, label), .help = N_("name for people")},
    {"parent", POLICY_CAUSE, .offset = offsetof(struct cause, parent), .default_text = "none",
     .help = N_("the wider cause that it belongs to")},
};
static const struct policy_section cause_section = {KEYS(cause_keys),
                                                    sizeof(struct cause),
                                                    offsetof(struct cause, name),
                                                    false,
                                                    offsetof(struct cause, line),
                                                    NULL};

static const struct policy_key limit_keys[] = {
    {"tier", POLICY_TIER, .offset = offsetof(struct complaint_limit, tier), .default_text = "any",
     .help = N_("the customer's tier")},
    {"severity", POLICY_WORD, .offset = offsetof(struct complaint_limit, severity),
     CHOICES(severity_choices), .default_text = "any", .help = N_("the complaint's severity")},
    {"service", POLICY_SERVICE, .offset = offsetof(struct complaint_limit, service),
     .default_text = "any", .help = N_("the complaint's type of service")},
    {"respond", POLICY_LIMIT, .offset = offsetof(struct complaint_limit, respond),
     .given_offset = offsetof(struct complaint_limit, has_respond),
     .help = N_("time to the first response")},
    {"resolve", POLICY_LIMIT, .offset = offsetof(struct complaint_limit, resolve),
     .given_offset = offsetof(struct complaint_limit, has_resolve),
     .help = N_("time to the resolution")},
    {"calendar", POLICY_CALENDAR, .offset = offsetof(struct complaint_limit, calendar),
     .help = N_("calendar of wh and wd; without it the first")},
};
static const struct policy_section limit_section = {KEYS(limit_keys),
                                                    sizeof(struct complaint_limit),
                                                    POLICY_NOWHERE,
                                                    false,
                                                    offsetof(struct complaint_limit, line),
                                                    policy_check_limit};

static const struct policy_key escalation_keys[] = {
    {"at", POLICY_PERCENT, KEY_REQUIRED, offsetof(struct escalation, percent), .minimum = 1,
     .maximum = 100, .help = N_("share of the limit that is used, in percent")},
    {"tell", POLICY_TEXT, KEY_REQUIRED, offsetof(struct escalation, tell),
     .help = N_("owner, manager, or the login of a member of staff")},
};
static const struct policy_section escalation_section = {KEYS(escalation_keys),
                                                         sizeof(struct escalation),
                                                         POLICY_NOWHERE,
                                                         false,
                                                         offsetof(struct escalation, line),
                                                         NULL};

static const struct policy_key complaint_keys[] = {
    {"categories", POLICY_NAMES, KEY_APART, offsetof(struct policy, categories),
     .count_offset = offsetof(struct policy, category_count), .maximum = 200,
     .default_text = "[quality, delivery, service, price, other]",
     .help = N_("what a complaint may be about; [] for any text")},
    {"services", POLICY_NAMES, KEY_APART, offsetof(struct policy, services),
     .count_offset = offsetof(struct policy, service_count), .maximum = 100,
     .default_text = "[standard, on_site, remote]", .help = N_("types of service")},
    {"causes", POLICY_MAP, KEY_APART, offsetof(struct policy, causes),
     .count_offset = offsetof(struct policy, cause_count), .maximum = 500,
     .default_text = "{product: {label: 产品}, defect: {label: 质量缺陷, parent: product},"
                     " wrong_item: {label: 错发漏发, parent: product}, process: {label: 流程},"
                     " late: {label: 延误, parent: process},"
                     " invoice: {label: 开票结算, parent: process}, people: {label: 人员},"
                     " attitude: {label: 服务态度, parent: people},"
                     " communication: {label: 沟通, parent: people}, other: {label: 其他}}",
     .help = N_("the tree of causes"), .section = &cause_section},
    {"limits", POLICY_LIST, KEY_TIERED, offsetof(struct policy, limits),
     offsetof(struct policy, limit_count), .maximum = 500,
     .default_text = "[{respond: 8wh, resolve: 5wd}, {severity: high, respond: 4wh, resolve: 2wd},"
                     " {severity: critical, respond: 2h, resolve: 1d},"
                     " {tier: A, respond: 4wh, resolve: 3wd},"
                     " {tier: A, severity: high, respond: 2wh, resolve: 1wd},"
                     " {tier: A, severity: critical, respond: 30m, resolve: 12h}]",
     .help = N_("time limits; the most specific one that fits holds"), .section = &limit_section},
    {"at_risk", POLICY_PERCENT, KEY_APART, offsetof(struct policy, at_risk_percent), .minimum = 1,
     .maximum = 100, .default_text = "75",
     .help = N_("share of a limit used from which a complaint is at risk")},
    {"escalation", POLICY_LIST, .offset = offsetof(struct policy, escalations),
     .count_offset = offsetof(struct policy, escalation_count), .maximum = 20,
     .default_text = "[{at: 50, tell: owner}, {at: 75, tell: owner}, {at: 100, tell: manager}]",
     .help = N_("who is told when"), .section = &escalation_section},
    {"manager", POLICY_TEXT, KEY_APART, offsetof(struct policy, manager_role),
     .default_text = "manager",
     .help = N_("role of the staff whom the escalation means by manager")},
};
static const struct policy_section complaints_section = {
    KEYS(complaint_keys), 0, POLICY_NOWHERE, false, POLICY_NOWHERE, policy_check_complaints};

/* ---- surveys 满意度调查 ---- */

static const char *const occasion_choices[] = {"time", "complaint", "visit"};

static const struct policy_key ask_keys[] = {
    {"tier", POLICY_TIER, .offset = offsetof(struct survey_rule, tier), .default_text = "any",
     .help = N_("the customer's tier")},
    {"after", POLICY_CHOICE, .offset = offsetof(struct survey_rule, after),
     CHOICES(occasion_choices), .default_text = "time",
     .help = N_("what comes before: time alone, a complaint resolved or a visit done")},
    {"every", POLICY_PERIOD, .offset = offsetof(struct survey_rule, every),
     .help = N_("time from one survey to the next")},
    {"within", POLICY_PERIOD, .offset = offsetof(struct survey_rule, within), .default_text = "14d",
     .help = N_("after a complaint or visit: how long it is still worth asking")},
    {"survey", POLICY_TEXT, .offset = offsetof(struct survey_rule, survey),
     .help = N_("the template to use")},
};
static const struct policy_section ask_section = {
    KEYS(ask_keys), sizeof(struct survey_rule),         POLICY_NOWHERE,
    false,          offsetof(struct survey_rule, line), policy_check_ask};

static const struct policy_key survey_keys[] = {
    {"min_days", POLICY_INTEGER, .offset = offsetof(struct policy, survey_min_days),
     .place_offset = offsetof(struct policy, survey_min_days_line), .minimum = 0, .maximum = 3650,
     .default_text = "90",
     .help = N_("days before a customer is asked again, whatever the template")},
    {"min_n", POLICY_INTEGER, .offset = offsetof(struct policy, survey_min_n), .minimum = 1,
     .maximum = 1000000, .default_text = "10",
     .help = N_("fewest answers of a group for which groups are ranked")},
    {"ask", POLICY_LIST, .offset = offsetof(struct policy, survey_rules),
     .count_offset = offsetof(struct policy, survey_rule_count), .maximum = 100,
     .default_text = "[]", .help = N_("when customers are to be asked; [] for never"),
     .section = &ask_section},
};
static const struct policy_section surveys_section = {KEYS(survey_keys), 0,   POLICY_NOWHERE, false,
                                                      POLICY_NOWHERE,    NULL};

/* ---- reminders 提醒 ---- */

static const char *const urgent_choices[] = {"wait", "always"};

static const struct policy_key reminder_keys[] = {
    {"quiet", POLICY_QUIET, .offset = offsetof(struct policy, quiet),
     .count_offset = offsetof(struct policy, quiet_count), .default_text = "[]",
     .help = N_("hours in which nothing new is given, such as 22:00-08:00")},
    {"working_days", POLICY_BOOLEAN, .offset = offsetof(struct policy, remind_on_working_days),
     .default_text = "no", .help = N_("whether what is new is given on working days alone")},
    {"calendar", POLICY_CALENDAR, .offset = offsetof(struct policy, remind_calendar),
     .help = N_("calendar of the working days; without it the first")},
    {"urgent", POLICY_BOOLEAN, .offset = offsetof(struct policy, remind_urgent),
     CHOICES(urgent_choices), .default_text = "wait",
     .help = N_("whether limits breached and critical complaints come at any time")},
};
static const struct policy_section reminders_section = {
    KEYS(reminder_keys), 0, POLICY_NOWHERE, false, POLICY_NOWHERE, NULL};

/* ---- privacy 隐私 ---- */

static const struct policy_key privacy_keys[] = {
    {"show_sensitive", POLICY_BOOLEAN, .offset = offsetof(struct policy, show_sensitive),
     .default_text = "no", .help = N_("whether lists show personal fields whole")},
};
static const struct policy_section privacy_section = {
    KEYS(privacy_keys), 0, POLICY_NOWHERE, false, POLICY_NOWHERE, NULL};

/* ---- custom fields 自定义字段 ---- */

/* In the order of enum data_type, as far as a custom field may be one. */
static const char *const data_choices[] = {"text", "integer", "decimal", "real", "boolean",
                                           "date", "time",    "enum",    "tags"};

static const struct policy_key field_keys[] = {
    {"label", POLICY_TEXT, .offset = offsetof(struct custom_field, label),
     .help = N_("name for people; without it the field's name")},
    {"type", POLICY_CHOICE, .offset = offsetof(struct custom_field, type), CHOICES(data_choices),
     .default_text = "text", .help = N_("what a value is")},
    {"choices", POLICY_NAMES, .offset = offsetof(struct custom_field, choices),
     .count_offset = offsetof(struct custom_field, choice_count), .maximum = 200,
     .default_text = "[]", .help = N_("the values of an enum")},
    {"required", POLICY_BOOLEAN, .offset = offsetof(struct custom_field, required),
     .default_text = "no", .help = N_("whether a record must have it")},
    {"sensitive", POLICY_BOOLEAN, .offset = offsetof(struct custom_field, sensitive),
     .default_text = "no", .help = N_("whether it is personal, and masked in lists")},
};
static const struct policy_section field_section = {KEYS(field_keys),
                                                    sizeof(struct custom_field),
                                                    offsetof(struct custom_field, name),
                                                    false,
                                                    offsetof(struct custom_field, line),
                                                    policy_check_field};

/* ---- the file. Readers of names come after those who make them. ---- */

static const struct policy_key policy_keys[] = {
    {"time_zone", POLICY_ZONE, .offset = offsetof(struct policy, time_zone), .default_text = "UTC",
     .help = N_("the book's time zone, such as Asia/Shanghai")},
    {"currency", POLICY_CURRENCY, .offset = offsetof(struct policy, currency),
     .default_text = "CNY", .help = N_("the book's currency, ISO 4217")},
    {"database", POLICY_DATABASE, .offset = offsetof(struct policy, database),
     .help = N_("a PostgreSQL database in place of the book's own file")},
    {"replica", POLICY_DATABASE, .offset = offsetof(struct policy, replica),
     .help = N_("a read-only copy of the database, for reports")},
    {"tiers", POLICY_SECTION, .help = N_("tiers of customers"), .section = &tiers_section},
    {"visits", POLICY_SECTION, .help = N_("visits and their cadence"), .section = &visits_section},
    {"care", POLICY_SECTION, .help = N_("birthdays, founding days and festivals"),
     .section = &care_section},
    {"calendars", POLICY_MAP, .offset = offsetof(struct policy, calendars),
     .count_offset = offsetof(struct policy, calendar_count), .minimum = 1, .maximum = 50,
     .default_text = "{office: {week: {mon: [09:00-12:00, 13:00-18:00],"
                     " tue: [09:00-12:00, 13:00-18:00], wed: [09:00-12:00, 13:00-18:00],"
                     " thu: [09:00-12:00, 13:00-18:00], fri: [09:00-12:00, 13:00-18:00]}}}",
     .help = N_("working time; the first is the default"), .section = &calendar_section},
    {"complaints", POLICY_SECTION, .help = N_("complaints and their limits"),
     .section = &complaints_section},
    {"surveys", POLICY_SECTION, .help = N_("surveys"), .section = &surveys_section},
    {"reminders", POLICY_SECTION, .help = N_("when reminders are given"),
     .section = &reminders_section},
    {"privacy", POLICY_SECTION, .help = N_("personal data"), .section = &privacy_section},
    {"fields", POLICY_FIELDS, .offset = offsetof(struct policy, fields),
     .count_offset = offsetof(struct policy, field_count), .default_text = "{}",
     .help = N_("fields of the firm's own, by kind of record"), .section = &field_section},
};

const struct policy_section policy_description = {
    KEYS(policy_keys), 0, POLICY_NOWHERE, false, POLICY_NOWHERE, policy_check_book};

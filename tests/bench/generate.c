/* SPDX-License-Identifier: MIT */
/* Sample data in any amount, as CSV on standard output; the same numbers give the same bytes.
 *
 *     generate customers COUNT [AFTER]   customers with the fields that most firms fill in
 *     generate contacts COUNT [AFTER]    of every fifth of so many customers
 *     generate visits COUNT [AFTER]      of every fourth, in May 2026
 *     generate complaints COUNT [AFTER]  of every twentieth, all closed; of lin
 *     generate tier_changes COUNT [AFTER]  of every third: to C
 *     generate lines COUNT CUSTOMERS [AFTER AFTER_CUSTOMERS]
 *                                        order lines of so many customers, one flat row each
 *
 * With AFTER the first so many are left out: what a book gets to grow. In June 2026 the visits of
 * fifty customers are due, in a book of any size.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICK(state, words) ((words)[below(state, sizeof(words) / sizeof *(words))])

/* splitmix64: a seed for each row, so that a longer file begins with the shorter one. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t bound)
{
    return next(state) % bound;
}

static bool chance(uint64_t *state, unsigned percent)
{
    return below(state, 100) < percent;
}

static const char *const places[][4] = {
    {"华东", "上海", "上海", "200120"}, {"华东", "浙江", "杭州", "310012"},
    {"华东", "江苏", "南京", "210008"}, {"华北", "北京", "北京", "100020"},
    {"华北", "天津", "天津", "300051"}, {"中南", "广东", "广州", "510030"},
    {"中南", "广东", "深圳", "518026"}, {"中南", "湖北", "武汉", "430022"},
    {"西南", "四川", "成都", "610041"}, {"西南", "重庆", "重庆", "400020"},
    {"东北", "辽宁", "大连", "116001"}, {"西北", "陕西", "西安", "710004"},
};
static const char *const words[] = {"恒信", "远大", "新宇", "金泰", "华美", "天成",
                                    "瑞丰", "博雅", "长虹", "顺达", "中科", "海纳"};
static const char *const trades[] = {"机械", "电子", "贸易", "物流", "化工",
                                     "食品", "医疗", "软件", "建材", "纺织"};
static const char *const forms[] = {"有限公司", "股份有限公司", "集团", "厂"};
static const char *const families[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"};
static const char *const given[] = {"伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "洋"};
static const char *const segments[] = {"公司", "消费者", "小型企业"};
static const char *const sources[] = {"enquiry", "campaign", "event", "partner_referral", "other"};
static const char *const sizes[] = {"small", "medium", "large"};
static const char *const tags[] = {"重点", "新客户 华东", "代理", "vip 长期", "账期"};

/* The customers of old, whose visits are due; all others are of this year. */
enum { OLD_CUSTOMERS = 50, OLD_YEAR = 2014, THIS_YEAR = 2026 };

/* That many days into the year; months of 28 days are enough for a sample. */
static void print_day(uint64_t year, uint64_t day)
{
    printf("%04" PRIu64 "-%02" PRIu64 "-%02" PRIu64, year + day / 336, day % 336 / 28 + 1,
           day % 28 + 1);
}

static void print_name(uint64_t *state, uint64_t place, uint64_t number)
{
    if (chance(state, 30))
        printf("%s%s%" PRIu64, PICK(state, families), PICK(state, given), number);
    else
        printf("%s%s%s%s%" PRIu64, places[place][2], PICK(state, words), PICK(state, trades),
               PICK(state, forms), number);
}

static void print_customer(uint64_t number)
{
    uint64_t seed = number;
    uint64_t *state = &seed;
    uint64_t place = below(state, sizeof places / sizeof *places);
    printf("K%07" PRIu64 ",", number);
    print_name(state, place, number);
    printf(",%s,active,%s,%s,%s,CN,%s,%s,%s,", chance(state, 70) ? "company" : "person",
           PICK(state, segments), PICK(state, trades), PICK(state, sizes), places[place][0],
           places[place][1], places[place][2]);
    printf("%s市人民路%" PRIu64 "号,%s,%s,", places[place][2], below(state, 900) + 1,
           places[place][3], PICK(state, sources));
    print_day(number <= OLD_CUSTOMERS ? OLD_YEAR : THIS_YEAR, below(state, 100));
    printf(",1%010" PRIu64 ",", UINT64_C(3000000000) + below(state, UINT64_C(6000000000)));
    if (chance(state, 40))
        printf("k%" PRIu64 "@example.com", number);
    putchar(',');
    if (chance(state, 20))
        fputs(PICK(state, tags), stdout);
    putchar(',');
    if (chance(state, 10))
        fputs("付款及时，每季度下单；联系前先发短信", stdout);
    printf(",E%" PRIu64 "\n", number * 7);
}

static void print_contact(uint64_t number)
{
    uint64_t seed = number ^ UINT64_C(0xC0117AC7), *state = &seed;
    printf("K%07" PRIu64 ",%s%s,采购经理,1%010" PRIu64 ",T%" PRIu64 "\n", number,
           PICK(state, families), PICK(state, given),
           UINT64_C(3000000000) + below(state, UINT64_C(6000000000)), number);
}

/* None of those of old: they stay due. */
static void print_visit(uint64_t number)
{
    uint64_t seed = number ^ UINT64_C(0x5151), *state = &seed;
    if (number > OLD_CUSTOMERS)
        printf("K%07" PRIu64 ",2026-05-%02" PRIu64 "T%02" PRIu64 ":30:00Z,phone,%" PRIu64
               ",4,满意，问了新型号,V%" PRIu64 "\n",
               number, below(state, 28) + 1, below(state, 8) + 1, below(state, 50) + 10, number);
}

static void print_complaint(uint64_t number)
{
    uint64_t seed = number ^ UINT64_C(0xBAD), *state = &seed, day = below(state, 25) + 1;
    printf("K%07" PRIu64 ",到货少一箱,2026-04-%02" PRIu64 "T02:00:00Z,closed,2026-04-%02" PRIu64
           "T03:00:00Z,2026-04-%02" PRIu64 "T02:00:00Z,2026-04-%02" PRIu64
           "T02:00:00Z,补发,lin,N%" PRIu64 "\n",
           number, day, day, day + 1, day + 2, number);
}

static void print_tier_change(uint64_t number)
{
    printf("K%07" PRIu64 ",abc,C,2026-03-01,small\n", number);
}

/* What is printed of customers, of each `step`th. */
static const struct listing {
    const char *name;
    uint64_t step;
    const char *heading;
    void (*print)(uint64_t number);
} listings[] = {
    {"customers", 1,
     "key,name,kind,status,segment,industry,size,country,region,province,city,address,postcode,"
     "source,since,phone,email,tags,notes,external_id",
     print_customer},
    {"contacts", 5, "customer,name,title,phone,external_id", print_contact},
    {"visits", 4, "customer,done_at,channel,minutes,outcome,feedback,external_id", print_visit},
    {"complaints", 20,
     "customer,description,opened_at,status,responded_at,resolved_at,closed_at,resolution,"
     "owner,external_id",
     print_complaint},
    {"tier_changes", 3, "customer,scheme,tier,effective_on,reason", print_tier_change},
};

static const struct listing *find_listing(const char *name)
{
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++)
        if (strcmp(listings[i].name, name) == 0)
            return &listings[i];
    return NULL;
}

static void print_listing(const struct listing *listing, uint64_t count, uint64_t after)
{
    puts(listing->heading);
    for (uint64_t number = after + 1; number <= count; number++)
        if (number % listing->step == 0)
            listing->print(number);
}

/* Three lines an order on average: lines of one order follow each other, as exports have them. */
static void print_line(uint64_t number, uint64_t customers, uint64_t after)
{
    uint64_t order_seed = number / 3 ^ UINT64_C(0xC0FFEE), seed = number;
    uint64_t customer = below(&order_seed, customers - after) + after + 1,
             product = below(&seed, 2000) + 1;
    uint64_t day = below(&order_seed, 1300);
    uint64_t quantity = below(&seed, 9) + 1, price = (product * 7919 % 90000 + 1000) * quantity;
    printf("O%08" PRIu64 ",", number / 3 + 1);
    print_day(OLD_YEAR, day);
    printf(",K%07" PRIu64 ",P%04" PRIu64 ",%s配件%" PRIu64 ",%" PRIu64 ",%" PRIu64 ".%02" PRIu64
           ",%" PRIu64 ".%02" PRIu64 "\n",
           customer, product, trades[product % 10], product, quantity, price / 100, price % 100,
           price / 500, price / 5 % 100);
}

static void print_lines(uint64_t count, uint64_t customers, uint64_t after,
                        uint64_t after_customers)
{
    puts("order,date,customer,product,product_name,quantity,amount,profit");
    for (uint64_t number = after; number < count; number++)
        print_line(number, customers, after_customers);
}

static bool read_number(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return *end == '\0' && end != text;
}

int main(int argc, char **argv)
{
    enum { MOST = 4 };
    uint64_t numbers[MOST] = {0};
    const struct listing *listing = argc > 2 ? find_listing(argv[1]) : NULL;
    bool lines = argc > 3 && strcmp(argv[1], "lines") == 0;
    bool right = listing != NULL ? argc <= 4 : lines && argc <= 2 + MOST && argc != 5;
    for (int i = 2; i < argc && right; i++)
        right = read_number(argv[i], &numbers[i - 2]);
    if (right && listing != NULL) {
        print_listing(listing, numbers[0], numbers[1]);
    } else if (right && numbers[1] > numbers[3]) {
        print_lines(numbers[0], numbers[1], numbers[2], numbers[3]);
    } else {
        fputs("usage: generate KIND COUNT [AFTER]\n"
              "       generate lines COUNT CUSTOMERS [AFTER AFTER_CUSTOMERS]\n",
              stderr);
        return 2;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

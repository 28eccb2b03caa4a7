/* SPDX-License-Identifier: MIT */
/* Greetings: which text, and what stands in its placeholders. */
#include "rules/care.h"

#include "base/text.h"
#include "schema/schema.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Languages ---- */

/* What people write for a language in the file of a customer. */
static const struct language {
    const char *tag;
    const char *names[6];
} languages[] = {{"zh", {"chinese", "mandarin", "中文", "汉语", "普通话", NULL}},
                 {"en", {"english", "英文", "英语", NULL}}};

static const char *tag_of(const char *language)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        for (const char *const *name = languages[i].names; *name != NULL; name++)
            if (strcasecmp(*name, language) == 0)
                return languages[i].tag;
    return language;
}

/* By the part before the region: zh is zh-CN. */
static bool is_language(const char *a, const char *b)
{
    a = tag_of(a);
    b = tag_of(b);
    const size_t length = strcspn(a, "-_");
    return length == strcspn(b, "-_") && strncasecmp(a, b, length) == 0;
}

static bool is_any(const char *word)
{
    return strcmp(word, "any") == 0;
}

/* ---- Names ---- */

static bool is_han(uint32_t character)
{
    return (character >= 0x4E00 && character <= 0x9FFF) ||
           (character >= 0x3400 && character <= 0x4DBF);
}

/* How many characters there are, 0 unless all are Chinese. */
static size_t han_count(const char *text)
{
    size_t count = 0;
    for (size_t rest = strlen(text), length; rest > 0; rest -= length, text += length, count++)
        if (!is_han(text_decode(text, rest, &length)))
            return 0;
    return count;
}

/* Bytes of the surname of a Chinese name: one character, or two that belong together. */
static size_t surname_length(const char *name)
{
    static const char *const compounds[] = {"欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙",
                                            "慕容", "令狐", "夏侯", "东方", "南宫", "端木", "司徒",
                                            "独孤", "轩辕", "长孙", "宇文", "闻人", "申屠"};
    size_t length = 1;
    for (size_t i = 0; i < sizeof compounds / sizeof *compounds; i++)
        if (strncmp(name, compounds[i], strlen(compounds[i])) == 0)
            return strlen(compounds[i]);
    (void)text_decode(name, strlen(name), &length);
    return length;
}

void care_salutation(const struct care_words *words, struct buffer *out)
{
    enum { SHORTEST = 2, LONGEST = 4 };
    const size_t characters = han_count(words->name);
    const bool chinese = characters >= SHORTEST && characters <= LONGEST;
    if (chinese && words->title != NULL && han_count(words->title) > 0)
        buffer_printf(out, "%.*s%s", (int)surname_length(words->name), words->name, words->title);
    else
        buffer_text(out, words->name);
}

/* The name of the day, in the language of the greeting. */
static const char *occasion_text(const struct policy *policy, const char *occasion,
                                 const char *language)
{
    const struct care_occasion *own = policy_occasion(policy, occasion);
    const struct festival *festival = festival_find(occasion);
    const bool chinese = is_language(language, "zh");
    if (own != NULL && own->label != NULL)
        return own->label;
    if (festival != NULL)
        return chinese ? festival->chinese : festival->label;
    if (strcmp(occasion, OCCASION_BIRTHDAY) == 0 && chinese)
        return "生日";
    if (strcmp(occasion, OCCASION_FOUNDING) == 0)
        return chinese ? "成立纪念日" : "founding day";
    return occasion;
}

/* ---- Texts ---- */

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

/* Appends what stands for the placeholder; false when that is not known. */
static bool put(const struct policy *policy, const struct greeting *greeting, const char *occasion,
                const struct care_words *words, const char *placeholder, size_t length,
                struct buffer *out)
{
    const char *text = NULL;
    if (is_word(placeholder, length, "salutation")) {
        care_salutation(words, out);
        return true;
    }
    if (is_word(placeholder, length, "years")) {
        buffer_printf(out, "%d", words->years);
        return words->years > 0;
    }
    if (is_word(placeholder, length, "name"))
        text = words->name;
    else if (is_word(placeholder, length, "title"))
        text = words->title;
    else if (is_word(placeholder, length, "customer"))
        text = words->customer;
    else if (is_word(placeholder, length, "occasion"))
        text = occasion_text(policy, occasion, greeting->language);
    buffer_text(out, text != NULL ? text : "");
    return text != NULL;
}

/* False when something that the text wants is not known. */
static bool fill(const struct policy *policy, const struct greeting *greeting, const char *occasion,
                 const struct care_words *words, struct buffer *out)
{
    bool known = true;
    const char *at = greeting->text;
    while (*at != '\0') {
        const size_t plain = strcspn(at, "{");
        buffer_append(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        const size_t length = strcspn(at + 1, "}");
        known = put(policy, greeting, occasion, words, at + 1, length, out) && known;
        at += 1 + length + (at[1 + length] == '}');
    }
    return known;
}

static bool is_for(const struct greeting *greeting, const char *occasion)
{
    const struct festival *festival = festival_find(greeting->occasion);
    return strcmp(festival != NULL ? festival->name : greeting->occasion, occasion) == 0;
}

/* -1: not at all. */
static int fitness(const struct greeting *greeting, const char *occasion, const char *language)
{
    enum { OCCASION = 2, LANGUAGE = 1 };
    const bool own = is_for(greeting, occasion), every = is_any(greeting->language);
    if (!own && !is_any(greeting->occasion))
        return -1;
    if (!every && language != NULL && !is_language(greeting->language, language))
        return -1;
    return (own ? OCCASION : 0) + (every ? 0 : LANGUAGE);
}

static const struct greeting *choose(const struct policy *policy, const struct greeting *greetings,
                                     size_t count, const char *occasion, const char *language,
                                     const struct care_words *words)
{
    const struct greeting *best = NULL;
    int most = -1;
    for (size_t i = 0; i < count; i++) {
        struct buffer text cleanup(buffer_release) = {0};
        const int fits = fitness(&greetings[i], occasion, language);
        if (fits <= most || !fill(policy, &greetings[i], occasion, words, &text))
            continue;
        most = fits;
        best = &greetings[i];
    }
    return best;
}

/* For a policy that has none. */
static const struct greeting own_greetings[] = {
    {"birthday", "zh", "{salutation}：祝您生日快乐，万事顺意！", 0},
    {"birthday", "en", "Dear {name}, happy birthday, and all the best for the year ahead.", 0},
    {"founding", "zh", "{salutation}：祝贺{customer}成立{years}周年！", 0},
    {"founding", "en", "Dear {name}, congratulations on {years} years of {customer}.", 0},
    {"any", "zh", "{salutation}：{occasion}将至，谨致问候，祝您和家人安康。", 0},
    {"any", "en", "Dear {name}, our best wishes for {occasion}.", 0}};

const struct greeting *care_choose(const struct policy *policy, const char *occasion,
                                   const char *language, const struct care_words *words)
{
    const struct greeting *given =
        choose(policy, policy->greetings, policy->greeting_count, occasion, language, words);
    return given != NULL
               ? given
               : choose(policy, own_greetings, sizeof own_greetings / sizeof *own_greetings,
                        occasion, language, words);
}

void care_write(const struct policy *policy, const struct greeting *greeting, const char *occasion,
                const struct care_words *words, struct buffer *out)
{
    (void)fill(policy, greeting, occasion, words, out);
}

/* SPDX-License-Identifier: MIT */
/* Words that a policy begins with, and the program's own in fields of free text, with labels. */
#include "schema/tables.h"

#include <string.h>

const struct choice channel_words[CHANNEL_WORDS] = {
    {"face", N_("face")},   {"video", N_("video")}, {"phone", N_("phone")},
    {"event", N_("event")}, {"email", N_("email")}, {"message", N_("message")},
    {"any", N_("any")}};

const struct choice category_words[CATEGORY_WORDS] = {{"quality", N_("quality")},
                                                      {"delivery", N_("delivery")},
                                                      {"service", N_("service")},
                                                      {"price", N_("price")},
                                                      {"other", N_("other")}};

const struct choice service_words[SERVICE_WORDS] = {
    {"standard", N_("standard")}, {"on_site", N_("on site")}, {"remote", N_("remote")}};

const struct choice tier_event_words[TIER_EVENT_WORDS] = {
    {"new", N_("new")},         {"promoted", N_("promoted")},   {"demoted", N_("demoted")},
    {"held", N_("held")},       {"recovered", N_("recovered")}, {"confirmed", N_("confirmed")},
    {"unrated", N_("unrated")}, {"released", N_("released")}};

/* Festivals are those of base/yearly.h. */
const struct choice occasion_words[OCCASION_WORDS] = {{OCCASION_BIRTHDAY, N_("birthday")},
                                                      {OCCASION_FOUNDING, N_("founding day")},
                                                      {"new-year", N_("New Year")},
                                                      {"laba", N_("Laba Festival")},
                                                      {"new-years-eve", N_("Lunar New Year's Eve")},
                                                      {"spring-festival", N_("Spring Festival")},
                                                      {"lantern", N_("Lantern Festival")},
                                                      {"womens-day", N_("Women's Day")},
                                                      {"qingming", N_("Qingming")},
                                                      {"labour-day", N_("Labour Day")},
                                                      {"dragon-boat", N_("Dragon Boat Festival")},
                                                      {"qixi", N_("Qixi Festival")},
                                                      {"zhongyuan", N_("Zhongyuan Festival")},
                                                      {"teachers-day", N_("Teachers' Day")},
                                                      {"mid-autumn", N_("Mid-Autumn Festival")},
                                                      {"national-day", N_("National Day")},
                                                      {"double-ninth", N_("Double Ninth Festival")},
                                                      {"winter-solstice", N_("Winter Solstice")},
                                                      {"christmas", N_("Christmas")}};

const struct choice *field_labels(const struct field *field, size_t *count)
{
    *count = field->choices != NULL ? field->choice_count : field->word_count;
    return field->choices != NULL ? field->choices : field->words;
}

const char *field_label_of(const struct field *field, const char *word)
{
    size_t count;
    const struct choice *labels = field_labels(field, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(labels[i].name, word) == 0)
            return _(labels[i].label);
    return word;
}

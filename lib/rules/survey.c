/* SPDX-License-Identifier: MIT */
/* Answers and what they come to. */
#include "rules/survey.h"

#include "base/buffer.h"
#include "base/decimal.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

const char *const question_type_names[QUESTION_TYPES] = {
    [QUESTION_NPS] = "nps",     [QUESTION_CSAT] = "csat",     [QUESTION_CES] = "ces",
    [QUESTION_SCALE] = "scale", [QUESTION_CHOICE] = "choice", [QUESTION_MULTI] = "multi",
    [QUESTION_TEXT] = "text"};

bool question_is_number(const struct question *question)
{
    return question->type <= QUESTION_SCALE;
}

/* ---- Reading an answer ---- */

const char *question_range(const struct question *question, struct arena *arena)
{
    if (question_is_number(question))
        return arena_printf(arena, question->minimum < 0 ? "%lld..%lld" : "%lld-%lld",
                            (long long)question->minimum, (long long)question->maximum);
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < question->label_count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", question->labels[i].name);
    return list.failed ? NULL : arena_copy(arena, buffer_string(&list));
}

static crm_status refuse(const struct question *question, const char *text, size_t length,
                         struct arena *arena, struct error *error)
{
    const char *range = question_range(question, arena);
    if (range == NULL)
        return error_no_memory(error);
    if (question_is_number(question))
        return error_set(error, CRM_INVALID, _("%s: '%.*s' is no whole number within %s"),
                         question->id, (int)length, text, range);
    return error_set(error, CRM_INVALID, _("%s: '%.*s' is none of the choices: %s"), question->id,
                     (int)length, text, range);
}

/* Spaces around an answer mean nothing. */
static void trim(const char **text, size_t *length)
{
    while (*length > 0 && strchr(" \t\r\n", (*text)[*length - 1]) != NULL)
        (*length)--;
    while (*length > 0 && strchr(" \t\r\n", **text) != NULL) {
        (*text)++;
        (*length)--;
    }
}

static bool read_whole(const char *text, size_t length, int64_t *out)
{
    bool rounded = false;
    if (!decimal_parse(text, length, out, &rounded) || rounded || *out % DECIMAL_ONE != 0)
        return false;
    *out /= DECIMAL_ONE;
    return true;
}

/* The choice of that name, text or number from 1; NULL when there is none. */
static const struct question_label *find_choice(const struct question *question, const char *text,
                                                size_t length)
{
    int64_t number;
    for (size_t i = 0; i < question->label_count; i++) {
        const struct question_label *label = &question->labels[i];
        if ((strlen(label->name) == length && memcmp(label->name, text, length) == 0) ||
            (strlen(label->text) == length && memcmp(label->text, text, length) == 0))
            return label;
    }
    if (read_whole(text, length, &number) && number >= 1 &&
        number <= (int64_t)question->label_count)
        return &question->labels[number - 1];
    return NULL;
}

static crm_status parse_number(const struct question *question, const char *text, size_t length,
                               struct arena *arena, struct answer *out, struct error *error)
{
    int64_t number;
    if (!read_whole(text, length, &number) || number < question->minimum ||
        number > question->maximum)
        return refuse(question, text, length, arena, error);
    out->number = value_integer(number * DECIMAL_ONE);
    return CRM_OK;
}

/* Choices in the template's order, each once, so that equal answers are equal texts. */
static crm_status parse_choices(const struct question *question, const char *text, size_t length,
                                struct arena *arena, struct answer *out, struct error *error)
{
    bool *chosen = arena_array(arena, question->label_count, sizeof *chosen);
    struct buffer joined cleanup(buffer_release) = {0};
    if (chosen == NULL)
        return error_no_memory(error);
    for (size_t from = 0; from <= length;) {
        const char *comma = memchr(text + from, ',', length - from);
        const char *part = text + from;
        size_t part_length = comma == NULL ? length - from : (size_t)(comma - part);
        from += part_length + 1;
        if (question->type == QUESTION_CHOICE) {
            part_length = length;
            from = length + 1;
        }
        trim(&part, &part_length);
        const struct question_label *label = find_choice(question, part, part_length);
        if (label == NULL)
            return refuse(question, part, part_length, arena, error);
        chosen[label - question->labels] = true;
    }
    for (size_t i = 0; i < question->label_count; i++)
        if (chosen[i])
            buffer_printf(&joined, "%s%s", joined.length > 0 ? "," : "", question->labels[i].name);
    const char *copy = joined.failed ? NULL : arena_copy(arena, buffer_string(&joined));
    out->text = value_text(copy);
    return copy == NULL ? error_no_memory(error) : CRM_OK;
}

crm_status answer_parse(const struct question *question, const char *text, size_t length,
                        struct arena *arena, struct answer *out, struct error *error)
{
    *out = (struct answer){value_null(), value_null()};
    trim(&text, &length);
    if (length == 0)
        return CRM_OK;
    if (!text_is_valid(text, length) || memchr(text, '\0', length) != NULL)
        return error_set(error, CRM_INVALID, _("%s: the answer is not valid UTF-8 text"),
                         question->id);
    if (question_is_number(question))
        return parse_number(question, text, length, arena, out, error);
    if (question->type != QUESTION_TEXT)
        return parse_choices(question, text, length, arena, out, error);
    out->text = value_text_length(text, length);
    return CRM_OK;
}

/* ---- What they come to ---- */

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static int64_t count_between(const struct tally *tallies, size_t count, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        if (tallies[i].value >= from && tallies[i].value <= to)
            sum += tallies[i].count;
    return sum;
}

static void net_promoters(const struct tally *tallies, size_t count, struct survey_figure *out)
{
    double n = (double)out->n;
    double promoters = (double)count_between(tallies, count, 9, 10) / n;
    double detractors = (double)count_between(tallies, count, 0, 6) / n;
    double net = promoters - detractors;
    double half = NORMAL_95 * sqrt((promoters + detractors - net * net) / n);
    out->estimate = (struct interval_estimate){.value = net * 100,
                                               .low = clamp((net - half) * 100, -100, 100),
                                               .high = clamp((net + half) * 100, -100, 100)};
    out->has_interval = true;
}

static void mean_of(const struct question *question, const struct tally *tallies, size_t count,
                    struct survey_figure *out)
{
    double n = (double)out->n, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)tallies[i].value * (double)tallies[i].count;
    double mean = sum / n;
    for (size_t i = 0; i < count; i++) {
        double distance = (double)tallies[i].value - mean;
        squares += distance * distance * (double)tallies[i].count;
    }
    out->estimate = (struct interval_estimate){.value = mean};
    if (out->n < 2)
        return;
    out->spread = sqrt(squares / (n - 1));
    double half = student_95(out->n - 1) * out->spread / sqrt(n);
    out->estimate.low = clamp(mean - half, (double)question->minimum, (double)question->maximum);
    out->estimate.high = clamp(mean + half, (double)question->minimum, (double)question->maximum);
    out->has_spread = out->has_interval = true;
}

static void in_percent(struct survey_figure *figure)
{
    figure->estimate.value *= 100;
    figure->estimate.low *= 100;
    figure->estimate.high *= 100;
    figure->has_interval = figure->n > 0;
}

void survey_share(int64_t chosen, int64_t n, struct survey_figure *out)
{
    *out =
        (struct survey_figure){.metric = "share", .n = n, .estimate = wilson_interval(chosen, n)};
    in_percent(out);
}

void survey_figure(const struct question *question, const struct tally *tallies, size_t count,
                   struct survey_figure *out)
{
    static const char *const metrics[] = {[QUESTION_NPS] = "nps",
                                          [QUESTION_CSAT] = "csat",
                                          [QUESTION_CES] = "ces",
                                          [QUESTION_SCALE] = "mean"};
    *out = (struct survey_figure){
        .metric = metrics[question->type],
        .n = count_between(tallies, count, question->minimum, question->maximum)};
    if (out->n == 0)
        return;
    if (question->type == QUESTION_NPS) {
        net_promoters(tallies, count, out);
    } else if (question->type == QUESTION_CSAT) {
        int64_t top = count_between(tallies, count, question->maximum - 1, question->maximum);
        out->estimate = wilson_interval(top, out->n);
        in_percent(out);
    } else {
        mean_of(question, tallies, count, out);
    }
}

/* SPDX-License-Identifier: MIT */
/* Survey templates: YAML files of the book's surveys/ and of the library. */
#include "domain/survey.h"

#include "base/text.h"
#include "policy/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_QUESTIONS = 200, MOST_CHOICES = 100, NAME_BYTES = 64, MOST_TEMPLATES = 1000 };

/* ---- One template ---- */

struct loader {
    const char *file;
    bool chinese;
    struct arena *arena;
    struct error *error;
    const char *language; /* of texts in one language */
};

/* Refuses keys that are not in the list; NULL ends it. */
static crm_status check_keys(const struct loader *loader, const struct yaml_node *node,
                             const char *const *keys)
{
    size_t count = 0;
    while (keys[count] != NULL)
        count++;
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        size_t i = 0;
        while (i < count && strcmp(keys[i], member->key) != 0)
            i++;
        if (i < count)
            continue;
        const char *nearest = text_nearest(member->key, keys, count);
        error_set(loader->error, CRM_INVALID, _("unknown key '%s'"), member->key);
        if (nearest != NULL)
            error_hint(loader->error, _("did you mean '%s'?"), nearest);
        else
            error_hint(loader->error, _("crm-survey(1) describes templates"));
        return error_place(loader->error, loader->file, member->key_line, member->key_column);
    }
    return CRM_OK;
}

/* The member, which has to be there and to be of that form. */
static crm_status require(const struct loader *loader, const struct yaml_node *node,
                          const char *key, enum yaml_kind kind, const struct yaml_node **out)
{
    *out = yaml_get(node, key);
    if (*out == NULL || yaml_is_null(*out))
        return yaml_refuse(loader->file, *out == NULL ? node : *out, loader->error,
                           _("'%s' is missing"), key);
    if ((*out)->kind != kind)
        return yaml_refuse(loader->file, *out, loader->error,
                           kind == YAML_SEQUENCE ? _("must be a list") : _("must be one value"));
    return CRM_OK;
}

/* A name of small letters, digits, - and _, such as it may stand in file names and options. */
static bool is_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= NAME_BYTES && text[0] >= 'a' && text[0] <= 'z' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static crm_status read_name(const struct loader *loader, const struct yaml_node *node,
                            const char **out)
{
    const struct yaml_node *id;
    crm_status status = require(loader, node, "id", YAML_SCALAR, &id);
    if (status != CRM_OK)
        return status;
    *out = id->text;
    if (is_name(id->text))
        return CRM_OK;
    return yaml_refuse(loader->file, id, loader->error,
                       _("an id has small letters, digits, - and _, and begins with a letter"));
}

static crm_status read_whole(const struct loader *loader, const struct yaml_node *node, int64_t low,
                             int64_t high, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long number = node->kind == YAML_SCALAR ? strtoll(node->text, &end, 10) : 0;
    if (node->kind != YAML_SCALAR || node->length == 0 || *end != '\0' || errno != 0 ||
        number < low || number > high)
        return yaml_refuse(loader->file, node, loader->error,
                           _("must be a whole number from %lld to %lld"), (long long)low,
                           (long long)high);
    *out = number;
    return CRM_OK;
}

/* One text, or one for each language: {en: …, zh: …}. */
static bool read_text(const struct loader *loader, const struct yaml_node *node, const char **out)
{
    if (node->kind == YAML_MAPPING) {
        const struct yaml_node *wanted = yaml_get(node, loader->chinese ? "zh" : "en");
        if (wanted == NULL)
            wanted = yaml_get(node, loader->language);
        node = wanted != NULL || node->first == NULL ? wanted : node->first;
    }
    if (node == NULL || node->kind != YAML_SCALAR || node->length == 0)
        return false;
    *out = node->text;
    return true;
}

static crm_status require_text(const struct loader *loader, const struct yaml_node *node,
                               const char *key, const char **out)
{
    const struct yaml_node *member = yaml_get(node, key);
    if (member == NULL)
        return yaml_refuse(loader->file, node, loader->error, _("'%s' is missing"), key);
    if (!read_text(loader, member, out))
        return yaml_refuse(loader->file, member, loader->error,
                           _("must be a text, or one for each language: {en: …, zh: …}"));
    return CRM_OK;
}

/* Choices: a list of names, or names with their texts. */
static crm_status read_label(const struct loader *loader, const struct yaml_node *node,
                             struct question_label *out)
{
    bool named = node->key != NULL;
    if (named ? !read_text(loader, node, &out->text)
              : node->kind != YAML_SCALAR || node->length == 0)
        return yaml_refuse(loader->file, node, loader->error, _("must be a text"));
    out->name = named ? node->key : node->text;
    if (!named)
        out->text = out->name;
    if (*out->name == '\0' || strlen(out->name) > NAME_BYTES || strchr(out->name, ',') != NULL)
        return yaml_refuse(loader->file, node, loader->error,
                           _("a choice has a short name without commas"));
    return CRM_OK;
}

static crm_status read_labels(const struct loader *loader, const struct yaml_node *node,
                              struct question *out)
{
    struct question_label *labels = arena_array(loader->arena, node->count + 1, sizeof *labels);
    if (labels == NULL)
        return error_no_memory(loader->error);
    if (node->kind == YAML_SCALAR || node->count > MOST_CHOICES)
        return yaml_refuse(loader->file, node, loader->error,
                           _("must be a list of at most %d, or `name: text` lines"), MOST_CHOICES);
    out->labels = labels;
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        crm_status status = read_label(loader, item, &labels[out->label_count]);
        if (status != CRM_OK)
            return status;
        for (size_t i = 0; i < out->label_count; i++)
            if (strcmp(labels[i].name, labels[out->label_count].name) == 0)
                return yaml_refuse(loader->file, item, loader->error, _("'%s' is there twice"),
                                   labels[i].name);
        out->label_count++;
    }
    return CRM_OK;
}

static crm_status read_scale(const struct loader *loader, const struct yaml_node *node,
                             struct question *out)
{
    static const int64_t bounds[][2] = {[QUESTION_NPS] = {0, 10},
                                        [QUESTION_CSAT] = {1, 5},
                                        [QUESTION_CES] = {1, 7},
                                        [QUESTION_SCALE] = {1, 5}};
    static const char *const keys[] = {"min", "max"};
    int64_t *targets[] = {&out->minimum, &out->maximum};
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *member = yaml_get(node, keys[i]);
        if (question_is_number(out))
            *targets[i] = bounds[out->type][i];
        if (member == NULL)
            continue;
        if (out->type != QUESTION_SCALE)
            return yaml_refuse(loader->file, member, loader->error,
                               _("only questions of type scale have it"));
        crm_status status = read_whole(loader, member, -1000, 1000, targets[i]);
        if (status != CRM_OK)
            return status;
    }
    if (question_is_number(out) && out->minimum >= out->maximum)
        return yaml_refuse(loader->file, node, loader->error, _("'min' must be below 'max'"));
    return CRM_OK;
}

static crm_status read_type(const struct loader *loader, const struct yaml_node *node,
                            struct question *out)
{
    static const char *const later[] = {"kano", "servqual", "acsi"};
    const struct yaml_node *type;
    crm_status status = require(loader, node, "type", YAML_SCALAR, &type);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < QUESTION_TYPES; i++) {
        if (strcmp(type->text, question_type_names[i]) == 0) {
            out->type = (enum question_type)i;
            return CRM_OK;
        }
    }
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(type->text, later[i]) == 0)
            return yaml_refuse(loader->file, type, loader->error,
                               _("this crm does not know questions of type %s yet"), later[i]);
    status = yaml_refuse(loader->file, type, loader->error, _("there is no type '%s'"), type->text);
    error_hint(loader->error, _("types are nps, csat, ces, scale, choice, multi and text"));
    return status;
}

static crm_status read_choices(const struct loader *loader, const struct yaml_node *node,
                               struct question *out)
{
    bool chosen = out->type == QUESTION_CHOICE || out->type == QUESTION_MULTI;
    const struct yaml_node *choices = yaml_get(node, "choices");
    const struct yaml_node *labels = yaml_get(node, "labels");
    if (choices != NULL && !chosen)
        return yaml_refuse(loader->file, choices, loader->error,
                           _("only questions of type choice and multi have it"));
    if (labels != NULL && !question_is_number(out))
        return yaml_refuse(loader->file, labels, loader->error,
                           _("only questions that are answered by a number have it"));
    if (chosen && (choices == NULL || choices->count < 2))
        return yaml_refuse(loader->file, choices == NULL ? node : choices, loader->error,
                           _("'choices' has to give two or more"));
    if (labels != NULL && labels->kind != YAML_MAPPING)
        return yaml_refuse(loader->file, labels, loader->error,
                           _("must hold `number: text` lines"));
    if (choices == NULL && labels == NULL)
        return CRM_OK;
    return read_labels(loader, choices != NULL ? choices : labels, out);
}

/* Columns of a file of answers, which no question may be called. */
static const char *const reserved[] = {"customer", "date", "contact", "external_id"};

static crm_status read_question(const struct loader *loader, const struct yaml_node *node,
                                struct question *out)
{
    static const char *const keys[] = {"id",  "type",   "text",    "min",
                                       "max", "labels", "choices", NULL};
    out->line = node->line;
    if (node->kind != YAML_MAPPING)
        return yaml_refuse(loader->file, node, loader->error, _("must hold `key: value` lines"));
    crm_status status = check_keys(loader, node, keys);
    if (status == CRM_OK)
        status = read_name(loader, node, &out->id);
    if (status == CRM_OK)
        status = read_type(loader, node, out);
    if (status == CRM_OK)
        status = require_text(loader, node, "text", &out->text);
    if (status == CRM_OK)
        status = read_scale(loader, node, out);
    if (status == CRM_OK)
        status = read_choices(loader, node, out);
    for (size_t i = 0; status == CRM_OK && i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(out->id, reserved[i]) == 0)
            status = yaml_refuse(loader->file, yaml_get(node, "id"), loader->error,
                                 _("'%s' is a column of its own in files of answers"), out->id);
    return status;
}

static crm_status read_questions(const struct loader *loader, const struct yaml_node *root,
                                 struct survey *out)
{
    const struct yaml_node *list;
    crm_status status = require(loader, root, "questions", YAML_SEQUENCE, &list);
    if (status != CRM_OK)
        return status;
    if (list->count == 0 || list->count > MOST_QUESTIONS)
        return yaml_refuse(loader->file, list, loader->error, _("must have 1 to %d questions"),
                           MOST_QUESTIONS);
    struct question *questions = arena_array(loader->arena, list->count, sizeof *questions);
    if (questions == NULL)
        return error_no_memory(loader->error);
    out->questions = questions;
    for (const struct yaml_node *item = list->first; item != NULL && status == CRM_OK;
         item = item->next) {
        struct question *question = &questions[out->question_count];
        status = read_question(loader, item, question);
        if (status == CRM_OK && survey_question(out, question->id) != NULL)
            status = yaml_refuse(loader->file, item, loader->error,
                                 _("there is a question '%s' already"), question->id);
        out->question_count++;
    }
    return status;
}

static crm_status read_head(struct loader *loader, const struct yaml_node *root, struct survey *out)
{
    const struct yaml_node *member;
    out->language = "en";
    crm_status status = read_name(loader, root, &out->id);
    if (status == CRM_OK)
        status = require(loader, root, "version", YAML_SCALAR, &member);
    if (status == CRM_OK)
        status = read_whole(loader, member, 1, 1000000, &out->version);
    if (status == CRM_OK && yaml_get(root, "language") != NULL) {
        status = require(loader, root, "language", YAML_SCALAR, &member);
        out->language = status == CRM_OK ? member->text : "";
    }
    loader->language = out->language;
    return status == CRM_OK ? require_text(loader, root, "title", &out->title) : status;
}

crm_status survey_parse(const char *path, const char *text, size_t length, bool chinese,
                        struct arena *arena, struct survey *out, struct error *error)
{
    static const char *const keys[] = {"id", "version", "title", "language", "questions", NULL};
    struct loader loader = {.file = path, .chinese = chinese, .arena = arena, .error = error};
    const struct yaml_node *root;
    *out = (struct survey){.path = path};
    crm_status status = yaml_parse(arena, path, text, length, &root, error);
    if (status == CRM_OK && root->kind != YAML_MAPPING)
        status = yaml_refuse(path, root, error, _("must hold `key: value` lines"));
    if (status == CRM_OK)
        status = check_keys(&loader, root, keys);
    if (status == CRM_OK)
        status = read_head(&loader, root, out);
    return status == CRM_OK ? read_questions(&loader, root, out) : status;
}

const struct question *survey_question(const struct survey *survey, const char *id)
{
    for (size_t i = 0; i < survey->question_count; i++)
        if (strcmp(survey->questions[i].id, id) == 0)
            return &survey->questions[i];
    return NULL;
}

crm_status survey_refuse_question(const struct survey *survey, const char *id, struct error *error)
{
    const char *names[MOST_QUESTIONS];
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < survey->question_count; i++) {
        names[i] = survey->questions[i].id;
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *nearest = text_nearest(id, names, survey->question_count);
    error_set(error, CRM_INVALID, _("survey %s has no question '%s'"), survey->id, id);
    if (nearest != NULL)
        return error_hint(error, _("did you mean '%s'?"), nearest);
    return error_hint(error, _("its questions are %s"), buffer_string(&list));
}

/* ---- Where templates are ---- */

/* The directory of the book's templates (0) and of the library's (1); NULL when there is none. */
static const char *directory_of(const struct crm_book *book, size_t place, struct arena *arena)
{
    if (place == 0)
        return book_path(book, arena, "surveys");
    return book->data_directory == NULL ? NULL
                                        : arena_printf(arena, "%s/surveys", book->data_directory);
}
enum { PLACES = 2 };

/* Whether messages are in Chinese: the header of the translation in use says so. */
static bool speaks_chinese(void)
{
    static const char header_id[] = ""; /* not for translators */
    const char *header = dgettext(CRM_TEXT_DOMAIN, header_id);
    const char *language = header == NULL ? NULL : strstr(header, "Language: ");
    return language != NULL && strncmp(language + strlen("Language: "), "zh", 2) == 0;
}

static crm_status load_file(struct crm_book *book, const char *id, const char *path, size_t place,
                            struct arena *arena, struct survey *out)
{
    const char *text;
    size_t length;
    crm_status status = yaml_read_file(arena, path, &text, &length, &book->error);
    if (status == CRM_OK)
        status = survey_parse(path, text, length, speaks_chinese(), arena, out, &book->error);
    if (status == CRM_OK && strcmp(out->id, id) != 0) {
        error_set(&book->error, CRM_INVALID, _("%s: its id is '%s'"), path, out->id);
        status = error_hint(&book->error, _("the file is called by the id: %s.yaml"), out->id);
    }
    out->shipped = place > 0;
    return status;
}

static crm_status refuse_template(struct crm_book *book, const char *id, struct arena *arena)
{
    const char *const *ids;
    size_t count;
    struct buffer list cleanup(buffer_release) = {0};
    crm_status status = survey_ids(book, arena, &ids, &count);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", ids[i]);
    error_set(&book->error, CRM_NOT_FOUND, _("there is no survey '%s'"), id);
    if (count == 0)
        return error_hint(&book->error, _("write a template into the book's surveys/"));
    return error_hint(&book->error, _("there are: %s"), buffer_string(&list));
}

crm_status survey_load(struct crm_book *book, const char *id, struct arena *arena,
                       struct survey *out)
{
    for (size_t place = 0; is_name(id) && place < PLACES; place++) {
        const char *directory = directory_of(book, place, arena);
        const char *path =
            directory == NULL ? NULL : arena_printf(arena, "%s/%s.yaml", directory, id);
        if (path == NULL)
            continue;
        crm_status status = load_file(book, id, path, place, arena, out);
        if (status != CRM_NOT_FOUND)
            return status;
    }
    return refuse_template(book, id, arena);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Adds the ids of one directory; one that is not there has none. */
static crm_status add_ids(struct crm_book *book, const char *path, struct arena *arena,
                          const char **ids, size_t *count)
{
    DIR *directory = opendir(path);
    if (directory == NULL && errno == ENOENT)
        return CRM_OK;
    if (directory == NULL)
        return error_system(&book->error, path);
    crm_status status = CRM_OK;
    for (struct dirent *file;
         status == CRM_OK && *count < MOST_TEMPLATES && (file = readdir(directory)) != NULL;) {
        const char *end = strrchr(file->d_name, '.');
        if (end == NULL || strcmp(end, ".yaml") != 0)
            continue;
        char *id = arena_copy_length(arena, file->d_name, (size_t)(end - file->d_name));
        if (id == NULL)
            status = error_no_memory(&book->error);
        else if (is_name(id))
            ids[(*count)++] = id;
    }
    closedir(directory);
    return status;
}

crm_status survey_ids(struct crm_book *book, struct arena *arena, const char *const **out,
                      size_t *count)
{
    const char **ids = arena_array(arena, MOST_TEMPLATES, sizeof *ids);
    crm_status status = ids == NULL ? error_no_memory(&book->error) : CRM_OK;
    size_t found = 0;
    for (size_t place = 0; place < PLACES && status == CRM_OK; place++) {
        const char *directory = directory_of(book, place, arena);
        if (directory != NULL)
            status = add_ids(book, directory, arena, ids, &found);
    }
    if (status != CRM_OK)
        return status;
    qsort(ids, found, sizeof *ids, compare_texts);
    *count = 0;
    for (size_t i = 0; i < found; i++)
        if (i == 0 || strcmp(ids[i], ids[i - 1]) != 0)
            ids[(*count)++] = ids[i];
    *out = ids;
    return CRM_OK;
}

/* ---- Printing them ---- */

static crm_status write_template(const struct survey *survey, struct crm_sink *sink)
{
    const struct value row[] = {value_text(survey->id),
                                value_integer(survey->version),
                                value_text(survey->title),
                                value_text(survey->language),
                                value_integer((int64_t)survey->question_count),
                                value_integer(survey->shipped)};
    return sink_row(sink, row);
}

/* All of them, so that a mistake in one shows before anything is printed. */
static crm_status load_all(struct crm_book *book, struct arena *arena, struct survey **out,
                           size_t *count)
{
    const char *const *ids;
    crm_status status = survey_ids(book, arena, &ids, count);
    if (status != CRM_OK)
        return status;
    *out = arena_array(arena, *count + 1, sizeof **out);
    if (*out == NULL)
        return error_no_memory(&book->error);
    for (size_t i = 0; i < *count && status == CRM_OK; i++)
        status = survey_load(book, ids[i], arena, &(*out)[i]);
    return status;
}

crm_status crm_survey_templates(crm_book *book, crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct column columns[] = {
        {.name = "template", .label = _("Template"), .type = DATA_TEXT},
        {.name = "version", .label = _("Version"), .type = DATA_INTEGER},
        {.name = "title", .label = _("Title"), .type = DATA_TEXT},
        {.name = "language", .label = _("Language"), .type = DATA_TEXT},
        {.name = "questions", .label = _("Questions"), .type = DATA_INTEGER},
        {.name = "shipped", .label = _("Shipped"), .type = DATA_BOOLEAN}};
    const struct table table = {
        .name = "template", .columns = columns, .count = sizeof columns / sizeof *columns};
    struct survey *surveys;
    size_t count = 0;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = load_all(book, &arena, &surveys, &count);
    if (status == CRM_OK)
        status = sink_begin(sink, &table);
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = write_template(&surveys[i], sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_survey_questions(crm_book *book, const char *id,
                                crm_status (*each)(void *context,
                                                   const crm_question_info *question),
                                void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    struct survey survey;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = survey_load(book, id, &arena, &survey);
    for (size_t i = 0; status == CRM_OK && i < survey.question_count; i++) {
        const struct question *question = &survey.questions[i];
        struct buffer labels cleanup(buffer_release) = {0};
        for (size_t j = 0; j < question->label_count; j++)
            buffer_printf(&labels, "%s%s %s", j > 0 ? ", " : "", question->labels[j].name,
                          question->labels[j].text);
        const crm_question_info info = {.id = question->id,
                                        .type = question_type_names[question->type],
                                        .text = question->text,
                                        .range = question_range(question, &arena),
                                        .labels = buffer_string(&labels)};
        if (info.range == NULL || labels.failed)
            return error_no_memory(&book->error);
        status = each(context, &info);
    }
    return status;
}

crm_status crm_survey_check(crm_book *book, const char *id, const char *question,
                            const char *answer)
{
    struct arena arena cleanup(arena_release) = {0};
    struct survey survey;
    struct answer parsed;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = survey_load(book, id, &arena, &survey);
    if (status != CRM_OK)
        return status;
    const struct question *found = survey_question(&survey, question);
    if (found == NULL)
        return survey_refuse_question(&survey, question, &book->error);
    return answer_parse(found, answer, strlen(answer), &arena, &parsed, &book->error);
}

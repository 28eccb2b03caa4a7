/* SPDX-License-Identifier: MIT */
/* Reading a map: the file as a whole and the small values. */
#include "import/map_load.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

crm_status map_read_members(struct map_loader *loader, const struct yaml_node *node,
                            const struct map_key *keys, size_t count, void *target)
{
    if (node->kind != YAML_MAPPING)
        return yaml_refuse(loader->file, node, loader->error, _("must hold `key: value` lines"));
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        size_t i = 0;
        while (i < count && strcmp(keys[i].name, member->key) != 0)
            i++;
        if (i == count) {
            const char *names[32];
            for (i = 0; i < count; i++)
                names[i] = keys[i].name;
            const char *nearest = text_nearest(member->key, names, count);
            error_set(loader->error, CRM_INVALID, _("unknown key \"%s\""), member->key);
            if (nearest != NULL)
                error_hint(loader->error, _("did you mean \"%s\"?"), nearest);
            else
                error_hint(loader->error, _("crm-map(5) lists the keys"));
            return error_place(loader->error, loader->file, member->key_line, member->key_column);
        }
        crm_status status = keys[i].read(loader, member, target);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

crm_status map_read_text(struct map_loader *loader, const struct yaml_node *node, const char **out)
{
    if (node->kind != YAML_SCALAR)
        return yaml_refuse(loader->file, node, loader->error, _("must be one value"));
    *out = node->text;
    return CRM_OK;
}

crm_status map_read_list(struct map_loader *loader, const struct yaml_node *node,
                         const char *const **out, size_t *count)
{
    if (node->kind == YAML_MAPPING)
        return yaml_refuse(loader->file, node, loader->error, _("must be a value or a list"));
    *count = node->kind == YAML_SCALAR ? 1 : node->count;
    const char **list = arena_array(&loader->map->arena, *count + 1, sizeof *list);
    if (list == NULL)
        return error_no_memory(loader->error);
    *out = list;
    if (node->kind == YAML_SCALAR)
        return map_read_text(loader, node, &list[0]);
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        crm_status status = map_read_text(loader, item, list++);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

crm_status map_read_bool(struct map_loader *loader, const struct yaml_node *node, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    *out = word % 2 == 1;
    return status;
}

crm_status map_read_word(struct map_loader *loader, const struct yaml_node *node,
                         const char *const *words, size_t count, int *out)
{
    const char *text = "";
    crm_status status = map_read_text(loader, node, &text);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = (int)i;
            return CRM_OK;
        }
    }
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
    yaml_refuse(loader->file, node, loader->error, _("\"%s\" is not one of the words for it"),
                text);
    return error_hint(loader->error, _("choose one of %s"), buffer_string(&list));
}

crm_status map_read_dates(struct map_loader *loader, const struct yaml_node *node,
                          struct map_dates *out)
{
    const char *const *notations = NULL;
    crm_status status = map_read_list(loader, node, &notations, &out->count);
    if (status != CRM_OK)
        return status;
    const struct date_format **formats =
        arena_array(&loader->map->arena, out->count + 1, sizeof *formats);
    if (formats == NULL)
        return error_no_memory(loader->error);
    out->formats = formats;
    const struct yaml_node *item = node->kind == YAML_SCALAR ? node : node->first;
    for (size_t i = 0; i < out->count; i++, item = item->next) {
        status = date_format_compile(&loader->map->arena, notations[i], &formats[i], loader->error);
        if (status != CRM_OK)
            return error_place(loader->error, loader->file, item->line, item->column);
    }
    return CRM_OK;
}

/* ---- Numbers ----------------------------------------------------------------------------- */

static crm_status read_decimal_sign(struct map_loader *loader, const struct yaml_node *node,
                                    void *target)
{
    static const char *const words[] = {".", ","};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct number_format *)target)->decimal = word == 0 ? '.' : ',';
    return status;
}

static crm_status read_thousands(struct map_loader *loader, const struct yaml_node *node,
                                 void *target)
{
    static const char *const words[] = {
        ",", ".", " ", "'", "_", "\xE2\x80\x99", "\xC2\xA0", "\xE2\x80\xAF", "\xEF\xBC\x8C"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct number_format *)target)->thousands = words[word];
    return status;
}

static crm_status read_currency(struct map_loader *loader, const struct yaml_node *node,
                                void *target)
{
    struct number_format *format = target;
    return map_read_list(loader, node, &format->currency, &format->currency_count);
}

static crm_status read_percent(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    return map_read_bool(loader, node, &((struct number_format *)target)->percent);
}

crm_status map_read_numbers(struct map_loader *loader, const struct yaml_node *node,
                            struct number_format *out)
{
    static const struct map_key keys[] = {{"decimal", read_decimal_sign},
                                          {"thousands", read_thousands},
                                          {"currency", read_currency},
                                          {"percent", read_percent}};
    crm_status status = map_read_members(loader, node, keys, LENGTH(keys), out);
    if (status == CRM_OK && out->thousands[0] == out->decimal) {
        yaml_refuse(loader->file, node, loader->error,
                    _("\"%c\" cannot be both decimal sign and thousands separator"), out->decimal);
        return error_hint(loader->error, _("name both: decimal and thousands"));
    }
    return status;
}

crm_status map_read_pattern(struct map_loader *loader, const struct yaml_node *node,
                            const regex_t **out)
{
    const char *text = "";
    crm_status status = map_read_text(loader, node, &text);
    if (status != CRM_OK)
        return status;
    struct map_pattern *pattern = arena_alloc(&loader->map->arena, sizeof *pattern);
    if (pattern == NULL)
        return error_no_memory(loader->error);
    int failure = regcomp(&pattern->regex, text, REG_EXTENDED);
    if (failure != 0) {
        char reason[128];
        regerror(failure, &pattern->regex, reason, sizeof reason);
        yaml_refuse(loader->file, node, loader->error, _("\"%s\" is no regular expression: %s"),
                    text, reason);
        return error_hint(loader->error, _("it is a POSIX extended one, see regex(7)"));
    }
    pattern->next = loader->map->patterns;
    loader->map->patterns = pattern;
    *out = &pattern->regex;
    return CRM_OK;
}

/* ---- The whole --------------------------------------------------------------------------- */

static crm_status read_as(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    const struct map *map = target;
    const char *name = "";
    crm_status status = map_read_text(loader, node, &name);
    if (status != CRM_OK || strcmp(name, map->context.as->name) == 0)
        return status;
    if (schema_kind(name) == NULL)
        return yaml_refuse(loader->file, node, loader->error, _("there is no kind of record '%s'"),
                           name);
    yaml_refuse(loader->file, node, loader->error, _("the map is for %s, the import is as %s"),
                name, map->context.as->name);
    return error_hint(loader->error, _("use --as %s, or another map"), name);
}

static crm_status read_format(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"csv", "tsv", "jsonl"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map *)target)->rows.format = words[word];
    return status;
}

static crm_status read_encoding(struct map_loader *loader, const struct yaml_node *node,
                                void *target)
{
    return map_read_text(loader, node, &((struct map *)target)->rows.encoding);
}

static crm_status read_delimiter(struct map_loader *loader, const struct yaml_node *node,
                                 void *target)
{
    const char *text = "";
    crm_status status = map_read_text(loader, node, &text);
    if (status != CRM_OK)
        return status;
    char *out = &((struct map *)target)->rows.delimiter;
    if (strcmp(text, "tab") == 0)
        *out = '\t';
    else if (strlen(text) == 1 && text[0] > 0 && text[0] != '"' && text[0] != '\n')
        *out = text[0];
    else if (strcmp(text, "detect") != 0)
        return yaml_refuse(loader->file, node, loader->error,
                           _("must be one character, tab or detect"));
    return CRM_OK;
}

static crm_status read_quote(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"\"", "'", "none"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map *)target)->rows.quote = "\"'\0"[word];
    return status;
}

static crm_status read_header(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"names", "positions", "none"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map *)target)->rows.header = (enum rows_header)word;
    return status;
}

static crm_status read_skip_lines(struct map_loader *loader, const struct yaml_node *node,
                                  void *target)
{
    const char *text = "";
    crm_status status = map_read_text(loader, node, &text);
    if (status != CRM_OK)
        return status;
    char *end = NULL;
    long lines = strtol(text, &end, 10);
    if (end == text || *end != '\0' || lines < 0 || lines > 10000)
        return yaml_refuse(loader->file, node, loader->error, _("must be a number of lines"));
    ((struct map *)target)->rows.skip_lines = (int)lines;
    return CRM_OK;
}

static crm_status read_short_rows(struct map_loader *loader, const struct yaml_node *node,
                                  void *target)
{
    static const char *const words[] = {"refuse", "pad"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map *)target)->rows.pad_short = word == 1;
    return status;
}

static crm_status read_trim(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_bool(loader, node, &((struct map *)target)->trim);
}

static crm_status read_strip(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map *map = target;
    crm_status status = map_read_text(loader, node, &map->strip);
    for (const char *c = map->strip; status == CRM_OK && *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80)
            return yaml_refuse(loader->file, node, loader->error,
                               _("can take off ASCII characters only"));
    return status;
}

static crm_status read_blanks(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map *map = target;
    return map_read_list(loader, node, &map->blanks, &map->blank_count);
}

static crm_status read_key(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map *map = target;
    return map_read_list(loader, node, &map->key, &map->key_count);
}

static crm_status read_ignore(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map *map = target;
    return map_read_list(loader, node, &map->ignored, &map->ignored_count);
}

static crm_status read_returns(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    static const char *const words[] = {"refuse", "keep", "skip"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map *)target)->returns = (enum map_returns)word;
    return status;
}

static crm_status read_dates(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_dates(loader, node, &((struct map *)target)->dates);
}

static crm_status read_numbers(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    return map_read_numbers(loader, node, &((struct map *)target)->numbers);
}

static crm_status read_fill_columns(struct map_loader *loader, const struct yaml_node *node,
                                    void *target)
{
    struct map *map = target;
    const char *const *columns = NULL;
    size_t count = 0;
    crm_status status = map_read_list(loader, node, &columns, &count);
    if (status != CRM_OK)
        return status;
    map->fills = arena_array(&map->arena, count + 1, sizeof *map->fills);
    if (map->fills == NULL)
        return error_no_memory(loader->error);
    for (size_t i = 0; i < count; i++)
        map->fills[i] = (struct map_fill){.column = columns[i], .bound = -1};
    map->fill_count = count;
    return CRM_OK;
}

static crm_status read_within(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_text(loader, node, &((struct map *)target)->within);
}

static crm_status read_fill_down(struct map_loader *loader, const struct yaml_node *node,
                                 void *target)
{
    static const struct map_key keys[] = {{"columns", read_fill_columns}, {"within", read_within}};
    if (node->kind == YAML_MAPPING)
        return map_read_members(loader, node, keys, LENGTH(keys), target);
    return read_fill_columns(loader, node, target);
}

static const struct map_key map_keys[] = {
    {"as", read_as},
    {"format", read_format},
    {"encoding", read_encoding},
    {"delimiter", read_delimiter},
    {"quote", read_quote},
    {"header", read_header},
    {"skip_lines", read_skip_lines},
    {"short_rows", read_short_rows},
    {"trim", read_trim},
    {"strip", read_strip},
    {"blanks", read_blanks},
    {"key", read_key},
    {"ignore", read_ignore},
    {"returns", read_returns},
    {"dates", read_dates},
    {"numbers", read_numbers},
    {"fill_down", read_fill_down},
    {"fields", map_read_fields},
    {"rows", map_read_rules},
};

static crm_status default_dates(struct map *map, struct error *error)
{
    const struct date_format **formats =
        arena_array(&map->arena, date_format_default_count, sizeof *formats);
    if (formats == NULL)
        return error_no_memory(error);
    map->dates = (struct map_dates){formats, date_format_default_count};
    crm_status status = CRM_OK;
    for (size_t i = 0; status == CRM_OK && i < date_format_default_count; i++)
        status = date_format_compile(&map->arena, date_format_defaults[i], &formats[i], error);
    return status;
}

static struct map *new_map(const struct map_context *context, struct error *error)
{
    struct map *map = calloc(1, sizeof *map);
    if (map == NULL) {
        error_no_memory(error);
        return NULL;
    }
    map->context = *context;
    map->rows.quote = '"';
    map->within_bound = -1;
    map->numbers = (struct number_format){.decimal = '.', .thousands = ""};
    return map;
}

crm_status map_identity(const struct map_context *context, struct map **out, struct error *error)
{
    *out = new_map(context, error);
    return *out == NULL ? CRM_NO_MEMORY : CRM_OK;
}

static crm_status load_tree(struct map_loader *loader, const struct yaml_node *root)
{
    struct map *map = loader->map;
    map->trim = true;
    crm_status status = default_dates(map, loader->error);
    /* First, wherever it stands: the numbers of single fields differ from these in what they say.
     */
    const struct yaml_node *numbers = yaml_get(root, "numbers");
    if (status == CRM_OK && numbers != NULL)
        status = map_read_numbers(loader, numbers, &map->numbers);
    if (status == CRM_OK)
        status = map_read_members(loader, root, map_keys, LENGTH(map_keys), map);
    if (status == CRM_OK)
        status = map_check_required(loader, root);
    if (status != CRM_OK)
        return status;
    map->overrides = arena_array(&map->arena, map->field_count + 1, sizeof *map->overrides);
    return map->overrides == NULL ? error_no_memory(loader->error) : CRM_OK;
}

/* `text` NULL: the file of that name. */
static crm_status load(const char *name, const char *text, size_t length,
                       const struct map_context *context, struct map **out, struct error *error)
{
    struct map *map = new_map(context, error);
    if (map == NULL)
        return CRM_NO_MEMORY;
    const struct yaml_node *root = NULL;
    map->name = arena_copy(&map->arena, name);
    crm_status status = map->name == NULL ? error_no_memory(error)
                        : text == NULL    ? yaml_load(&map->arena, name, &root, error)
                                       : yaml_parse(&map->arena, name, text, length, &root, error);
    struct map_loader loader = {map, map->name, error};
    if (status == CRM_OK)
        status = load_tree(&loader, root);
    if (status != CRM_OK) {
        map_free(map);
        return status;
    }
    *out = map;
    return CRM_OK;
}

crm_status map_load(const char *path, const struct map_context *context, struct map **out,
                    struct error *error)
{
    return load(path, NULL, 0, context, out, error);
}

crm_status map_parse(const char *name, const char *text, size_t length,
                     const struct map_context *context, struct map **out, struct error *error)
{
    return load(name, text, length, context, out, error);
}

void map_free(struct map *map)
{
    if (map == NULL)
        return;
    for (struct map_pattern *pattern = map->patterns; pattern != NULL; pattern = pattern->next)
        regfree(&pattern->regex);
    for (size_t i = 0; i < map->fill_count; i++)
        free(map->fills[i].text);
    free(map->within_value.text);
    free(map->fields);
    arena_release(&map->row);
    arena_release(&map->arena);
    free(map);
}

int map_find(const struct map *map, const struct kind *kind, const char *name)
{
    for (size_t i = 0; i < map->field_count; i++)
        if (map->fields[i].kind == kind && strcmp(map->fields[i].field->name, name) == 0)
            return (int)i;
    return -1;
}

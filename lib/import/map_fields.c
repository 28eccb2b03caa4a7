/* SPDX-License-Identifier: MIT */
/* Reading a map: the sections `fields` and `rows`. */
#include "import/map_load.h"

#include "base/decimal.h"
#include "base/text.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* An order export may give a line before its discount, and the discount as money. They are no
 * fields of the record: from them come amount and discount. */
static const struct field line_parts[] = {
    {.name = "full_amount",
     .label = N_("Full amount"),
     .help = N_("the line before its discount"),
     .type = DATA_DECIMAL},
    {.name = "discount_amount",
     .label = N_("Discount amount"),
     .help = N_("money taken off the line"),
     .type = DATA_DECIMAL},
};

/* Fields of a line that a flat order file gives; the others are the order's. */
static const char *const line_fields[] = {
    "line_number", "description",     "quantity", "unit_price", "discount",
    "full_amount", "discount_amount", "amount",   "profit",     "external_id"};

static const struct kind *const order_kinds[] = {&kind_customer, &kind_product, &kind_staff,
                                                 &kind_order, &kind_line};

static bool is_order(const struct map *map)
{
    return map->context.as == &kind_order;
}

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Whether a map may name the field. A flat order file makes its own references. */
static bool may_give(const struct map *map, const struct kind *kind, const struct field *field)
{
    if (!is_order(map))
        return (field->flags & (FIELD_DERIVED | FIELD_IDENTITY)) != FIELD_DERIVED;
    if (kind == &kind_line)
        return among(field->name, line_fields, LENGTH(line_fields));
    return !(field->flags & (FIELD_DERIVED | FIELD_EVENT)) && field->type != DATA_REFERENCE;
}

static const struct field *look_up(const struct map *map, const struct kind *kind, const char *name)
{
    for (size_t i = 0; is_order(map) && kind == &kind_line && i < LENGTH(line_parts); i++)
        if (strcmp(name, line_parts[i].name) == 0)
            return &line_parts[i];
    const struct field *field = map->context.lookup == NULL
                                    ? kind_field(kind, name)
                                    : map->context.lookup(map->context.lookup_context, kind, name);
    return field != NULL && may_give(map, kind, field) ? field : NULL;
}

/* All names that a map may use, for suggestions. Returns how many. */
static size_t list_names(struct map_loader *loader, const char **names, size_t room)
{
    const struct map *map = loader->map;
    size_t count = 0, kinds = is_order(map) ? LENGTH(order_kinds) : 1;
    for (size_t k = 0; k < kinds; k++) {
        const struct kind *kind = is_order(map) ? order_kinds[k] : map->context.as;
        for (size_t i = 0; i < kind->field_count && count < room; i++) {
            if (!may_give(map, kind, &kind->fields[i]))
                continue;
            const char *name = is_order(map) ? arena_printf(&loader->map->arena, "%s.%s",
                                                            kind->name, kind->fields[i].name)
                                             : kind->fields[i].name;
            if (name != NULL)
                names[count++] = name;
        }
    }
    return count;
}

static crm_status refuse_name(struct map_loader *loader, const struct yaml_node *node)
{
    const char *names[256];
    size_t count = list_names(loader, names, LENGTH(names));
    const char *nearest = text_nearest(node->key, names, count);
    error_set(loader->error, CRM_INVALID, _("no field \"%s\" can be given"), node->key);
    if (nearest != NULL)
        error_hint(loader->error, _("did you mean \"%s\"?"), nearest);
    else
        error_hint(loader->error, is_order(loader->map)
                                      ? _("fields of customer, product, staff, order and line can, "
                                          "such as customer.key")
                                      : _("crm-map(5) lists the fields"));
    return error_place(loader->error, loader->file, node->key_line, node->key_column);
}

/* Kind and field that "customer.key" or, in a map for one kind, "key" names. */
static bool resolve(const struct map *map, const char *name, const struct kind **kind,
                    const struct field **field)
{
    const char *point = strchr(name, '.');
    const char *rest = point == NULL ? name : point + 1;
    size_t length = point == NULL ? 0 : (size_t)(point - name);
    size_t kinds = is_order(map) ? LENGTH(order_kinds) : 1;
    for (size_t k = 0; k < kinds; k++) {
        *kind = is_order(map) ? order_kinds[k] : map->context.as;
        bool right = point == NULL ? !is_order(map)
                                   : strlen((*kind)->name) == length &&
                                         memcmp((*kind)->name, name, length) == 0;
        if (right) {
            *field = look_up(map, *kind, rest);
            return *field != NULL;
        }
    }
    return false;
}

static crm_status add_field(struct map_loader *loader, const struct yaml_node *node, size_t *out)
{
    struct map *map = loader->map;
    const struct kind *kind = NULL;
    const struct field *field = NULL;
    if (!resolve(map, node->key, &kind, &field))
        return refuse_name(loader, node);
    int known = map_find(map, kind, field->name);
    *out = known >= 0 ? (size_t)known : map->field_count;
    if (known >= 0)
        return CRM_OK;
    struct map_field *fields =
        array_grow(map->fields, &map->field_capacity, map->field_count + 1, sizeof *fields);
    if (fields == NULL)
        return error_no_memory(loader->error);
    map->fields = fields;
    fields[map->field_count++] = (struct map_field){.kind = kind,
                                                    .field = field,
                                                    .name = node->key,
                                                    .line = node->line,
                                                    .column = node->column};
    return CRM_OK;
}

/* ---- One field --------------------------------------------------------------------------- */

static crm_status read_columns(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    struct map_field *field = target;
    crm_status status = map_read_list(loader, node, &field->columns, &field->column_count);
    if (status != CRM_OK)
        return status;
    if (field->column_count == 0 || field->columns[0][0] == '\0')
        return yaml_refuse(loader->file, node, loader->error, _("must name a column"));
    field->bound = arena_array(&loader->map->arena, field->column_count, sizeof *field->bound);
    if (field->bound == NULL)
        return error_no_memory(loader->error);
    for (size_t i = 0; i < field->column_count; i++)
        field->bound[i] = -1;
    return CRM_OK;
}

static crm_status read_join(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map_field *field = target;
    field->joined = true;
    if (field->separator == NULL)
        field->separator = " ";
    return read_columns(loader, node, target);
}

static crm_status read_with(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_text(loader, node, &((struct map_field *)target)->separator);
}

static crm_status read_value(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_text(loader, node, &((struct map_field *)target)->constant);
}

static crm_status read_optional(struct map_loader *loader, const struct yaml_node *node,
                                void *target)
{
    return map_read_bool(loader, node, &((struct map_field *)target)->optional);
}

static crm_status read_extract(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    return map_read_pattern(loader, node, &((struct map_field *)target)->extract);
}

static crm_status read_values(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map_field *field = target;
    if (node->kind != YAML_MAPPING)
        return yaml_refuse(loader->file, node, loader->error,
                           _("must hold `value in the file: value here` lines"));
    struct translation *translations =
        arena_array(&loader->map->arena, node->count + 1, sizeof *translations);
    if (translations == NULL)
        return error_no_memory(loader->error);
    field->translations = translations;
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        struct translation *translation = &translations[field->translation_count++];
        translation->from = item->key;
        crm_status status = map_read_text(loader, item, &translation->to);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

static crm_status read_otherwise_value(struct map_loader *loader, const struct yaml_node *node,
                                       void *target)
{
    struct map_field *field = target;
    field->otherwise = OTHERWISE_TEXT;
    return map_read_text(loader, node, &field->otherwise_text);
}

static crm_status read_otherwise(struct map_loader *loader, const struct yaml_node *node,
                                 void *target)
{
    static const char *const words[] = {"refuse", "keep", "blank"};
    static const struct map_key keys[] = {{"value", read_otherwise_value}};
    if (node->kind == YAML_MAPPING)
        return map_read_members(loader, node, keys, LENGTH(keys), target);
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    struct map_field *field = target;
    field->otherwise = (enum map_otherwise)word;
    field->otherwise_text = "";
    return status;
}

static crm_status read_default(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    return map_read_text(loader, node, &((struct map_field *)target)->fallback);
}

static crm_status read_blank(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"keep", "refuse", "skip"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct map_field *)target)->blank = (enum map_blank)word;
    return status;
}

static crm_status read_field_dates(struct map_loader *loader, const struct yaml_node *node,
                                   void *target)
{
    struct map_dates *dates = arena_alloc(&loader->map->arena, sizeof *dates);
    if (dates == NULL)
        return error_no_memory(loader->error);
    ((struct map_field *)target)->dates = dates;
    return map_read_dates(loader, node, dates);
}

static crm_status read_field_numbers(struct map_loader *loader, const struct yaml_node *node,
                                     void *target)
{
    struct number_format *numbers = arena_alloc(&loader->map->arena, sizeof *numbers);
    if (numbers == NULL)
        return error_no_memory(loader->error);
    *numbers = loader->map->numbers;
    ((struct map_field *)target)->numbers = numbers;
    return map_read_numbers(loader, node, numbers);
}

static crm_status read_negate(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_bool(loader, node, &((struct map_field *)target)->negate);
}

static const struct map_key field_keys[] = {
    {"column", read_columns}, {"join", read_join},           {"with", read_with},
    {"value", read_value},    {"optional", read_optional},   {"extract", read_extract},
    {"values", read_values},  {"otherwise", read_otherwise}, {"default", read_default},
    {"blank", read_blank},    {"dates", read_field_dates},   {"numbers", read_field_numbers},
    {"negate", read_negate},
};

static crm_status read_field(struct map_loader *loader, const struct yaml_node *node)
{
    size_t index = 0;
    crm_status status = add_field(loader, node, &index);
    if (status != CRM_OK)
        return status;
    struct map_field *field = &loader->map->fields[index];
    if (node->kind != YAML_MAPPING)
        return read_columns(loader, node, field);
    status = map_read_members(loader, node, field_keys, LENGTH(field_keys), field);
    int sources = (field->columns != NULL) + (field->constant != NULL);
    if (status == CRM_OK && sources != 1) {
        yaml_refuse(loader->file, node, loader->error,
                    sources == 0 ? _("says not where the value comes from") : _("has two sources"));
        return error_hint(loader->error, _("give one of column, join and value"));
    }
    return status;
}

crm_status map_read_fields(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    (void)target;
    if (node->kind != YAML_MAPPING)
        return yaml_refuse(loader->file, node, loader->error, _("must hold `field: column` lines"));
    crm_status status = CRM_OK;
    for (const struct yaml_node *item = node->first; status == CRM_OK && item != NULL;
         item = item->next)
        status = read_field(loader, item);
    return status;
}

/* ---- Rules ------------------------------------------------------------------------------- */

/* A rule being read; `set` waits until the test is known. */
struct rule_reading {
    struct map_rule rule;
    int tests;
    const struct yaml_node *set;
};

static crm_status read_rule_column(struct map_loader *loader, const struct yaml_node *node,
                                   void *target)
{
    return map_read_text(loader, node, &((struct rule_reading *)target)->rule.column);
}

static crm_status read_equals(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct rule_reading *reading = target;
    reading->tests++;
    reading->rule.test = TEST_EQUALS;
    return map_read_list(loader, node, &reading->rule.values, &reading->rule.value_count);
}

static crm_status read_matches(struct map_loader *loader, const struct yaml_node *node,
                               void *target)
{
    struct rule_reading *reading = target;
    reading->tests++;
    reading->rule.test = TEST_MATCHES;
    return map_read_pattern(loader, node, &reading->rule.pattern);
}

static crm_status read_is_blank(struct map_loader *loader, const struct yaml_node *node,
                                void *target)
{
    struct rule_reading *reading = target;
    reading->tests++;
    reading->rule.test = TEST_BLANK;
    return map_read_bool(loader, node, &reading->rule.blank);
}

static crm_status read_below(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct rule_reading *reading = target;
    const char *text = "";
    reading->tests++;
    reading->rule.test = TEST_BELOW;
    crm_status status = map_read_text(loader, node, &text);
    if (status == CRM_OK && !decimal_parse(text, strlen(text), &reading->rule.below, NULL))
        return yaml_refuse(loader->file, node, loader->error, _("must be a number"));
    return status;
}

static crm_status read_not(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_bool(loader, node, &((struct rule_reading *)target)->rule.negated);
}

static crm_status read_then(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"skip", "refuse", "stop"};
    int word = 0;
    crm_status status = map_read_word(loader, node, words, LENGTH(words), &word);
    ((struct rule_reading *)target)->rule.action = (enum map_action)word;
    return status;
}

static crm_status read_reason(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    return map_read_text(loader, node, &((struct rule_reading *)target)->rule.reason);
}

static crm_status read_set(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    if (node->kind != YAML_MAPPING || node->count == 0)
        return yaml_refuse(loader->file, node, loader->error, _("must hold `field: value` lines"));
    ((struct rule_reading *)target)->set = node;
    return CRM_OK;
}

static const struct map_key rule_keys[] = {
    {"column", read_rule_column}, {"equals", read_equals}, {"matches", read_matches},
    {"blank", read_is_blank},     {"below", read_below},   {"not", read_not},
    {"then", read_then},          {"reason", read_reason}, {"set", read_set},
};

/* One rule for each field that `set` gives. */
static crm_status add_set_rules(struct map_loader *loader, const struct rule_reading *reading)
{
    struct map *map = loader->map;
    for (const struct yaml_node *item = reading->set->first; item != NULL; item = item->next) {
        struct map_rule *rule = &map->rules[map->rule_count];
        *rule = reading->rule;
        rule->action = ACTION_SET;
        crm_status status = add_field(loader, item, &rule->field);
        if (status == CRM_OK)
            status = map_read_text(loader, item, &rule->value);
        if (status != CRM_OK)
            return status;
        map->rule_count++;
    }
    return CRM_OK;
}

static crm_status read_rule(struct map_loader *loader, const struct yaml_node *node)
{
    struct rule_reading reading = {
        .rule = {.bound = -1, .line = node->line, .reason = _("refused by a rule of the map")}};
    crm_status status = map_read_members(loader, node, rule_keys, LENGTH(rule_keys), &reading);
    if (status != CRM_OK)
        return status;
    if (reading.rule.column == NULL || reading.tests != 1) {
        yaml_refuse(loader->file, node, loader->error, _("needs a column and one test of it"));
        return error_hint(loader->error, _("the tests are equals, matches, blank and below"));
    }
    if (reading.set != NULL)
        return add_set_rules(loader, &reading);
    loader->map->rules[loader->map->rule_count++] = reading.rule;
    return CRM_OK;
}

crm_status map_read_rules(struct map_loader *loader, const struct yaml_node *node, void *target)
{
    struct map *map = target;
    if (node->kind != YAML_SEQUENCE)
        return yaml_refuse(loader->file, node, loader->error, _("must be a list of rules"));
    size_t room = 0;
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        const struct yaml_node *set = yaml_get(item, "set");
        room += set == NULL ? 1 : set->count;
    }
    map->rules = arena_array(&map->arena, room + 1, sizeof *map->rules);
    if (map->rules == NULL)
        return error_no_memory(loader->error);
    crm_status status = CRM_OK;
    for (const struct yaml_node *item = node->first; status == CRM_OK && item != NULL;
         item = item->next)
        status = read_rule(loader, item);
    return status;
}

/* ---- What a map must say ----------------------------------------------------------------- */

static bool has(const struct map *map, const struct kind *kind, const char *name)
{
    return map_find(map, kind, name) >= 0;
}

crm_status map_check_required(struct map_loader *loader, const struct yaml_node *root)
{
    const struct map *map = loader->map;
    const char *missing = NULL;
    if (map->field_count == 0) {
        error_set(loader->error, CRM_INVALID, _("the map names no fields"));
        error_hint(loader->error, _("add `fields:` with lines such as `name: Customer Name`"));
        return error_place(loader->error, loader->file, 1, 0);
    }
    if (!is_order(map))
        return CRM_OK;
    else if (!has(map, &kind_order, "number"))
        missing = "order.number";
    else if (!has(map, &kind_order, "ordered_on"))
        missing = "order.ordered_on";
    else if (!has(map, &kind_customer, "key") && !has(map, &kind_customer, "name"))
        missing = "customer.key";
    else if (!has(map, &kind_line, "amount") && !has(map, &kind_line, "full_amount") &&
             (!has(map, &kind_line, "quantity") || !has(map, &kind_line, "unit_price")))
        missing = "line.amount";
    if (missing == NULL)
        return CRM_OK;
    const struct yaml_node *fields = yaml_get(root, "fields");
    error_set(loader->error, CRM_INVALID, _("the map does not say where %s comes from"), missing);
    error_hint(loader->error, strcmp(missing, "line.amount") == 0
                                  ? _("map line.amount, or line.quantity and line.unit_price")
                                  : _("add it under `fields:`"));
    return error_place(loader->error, loader->file, fields == NULL ? 1 : fields->line, 0);
}

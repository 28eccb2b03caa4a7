/* SPDX-License-Identifier: MIT */
/* crm-policy(5) has every key of the policy's description, and an example of each. */
#include "base/buffer.h"
#include "policy/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MANUAL "man/crm-policy.5"

static const char *member_path(const struct policy_key *key)
{
    switch (key->type) {
    case POLICY_LIST:
        return "[]";
    case POLICY_MAP:
        return key->section->tiers ? ".TIER" : ".NAME";
    case POLICY_FIELDS:
        return ".KIND.NAME";
    default:
        return "";
    }
}

static size_t list_keys(const struct policy_section *section, const char *prefix,
                        struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < section->count; i++) {
        const struct policy_key *key = &section->keys[i];
        struct buffer path = {0};
        buffer_printf(&path, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", key->name);
        bool top = key->type == POLICY_SECTION && prefix[0] == '\0'; /* a heading there */
        if (!top) {
            buffer_printf(out, ".It Ic %s\n", buffer_string(&path));
            count++;
        }
        if (key->section != NULL) {
            buffer_text(&path, member_path(key));
            count += list_keys(key->section, buffer_string(&path), out);
        }
        buffer_release(&path);
    }
    return count;
}

static void the_manual_has_every_key_and_no_other(void **state)
{
    (void)state;
    FILE *manual = fopen(MANUAL, "r");
    assert_non_null(manual);
    struct buffer keys = {0};
    buffer_character(&keys, '\n');
    size_t expected = list_keys(&policy_description, "", &keys);
    size_t found = 0;
    char line[512];
    while (fgets(line, sizeof line, manual) != NULL) {
        if (strncmp(line, ".It Ic ", 7) != 0) {
            continue;
        }
        found++;
        char whole[520];
        snprintf(whole, sizeof whole, "\n%s", line);
        if (strstr(buffer_string(&keys), whole) == NULL) {
            print_error("no such key: %s", line);
            fail();
        }
    }
    fclose(manual);
    assert_int_equal(found, expected);
    buffer_release(&keys);
}

/* The last name of a key's path, with the colon of an example. */
static void key_name(const char *item, char *out, size_t size)
{
    const char *dot = strrchr(item, '.');
    snprintf(out, size, "%.60s", dot != NULL && dot[1] != '\0' ? dot + 1 : item);
    out[strcspn(out, "\n")] = '\0';
    strncat(out, ": ", size - strlen(out) - 1);
}

static void assert_example(const char *item, const char *example)
{
    struct arena arena = {0};
    const struct yaml_node *root = NULL;
    struct error error = {0};
    char name[80];
    key_name(item, name, sizeof name);
    if (strncmp(example, name, strlen(name)) != 0) {
        print_error("%s has no example, but: %s\n", item, example);
        fail();
    }
    assert_int_equal(yaml_parse(&arena, "example", example, strlen(example), &root, &error),
                     CRM_OK);
    arena_release(&arena);
}

/* Each has one line that could stand in a policy; keys that share a text share it. */
static void every_key_of_the_manual_has_an_example(void **state)
{
    (void)state;
    FILE *manual = fopen(MANUAL, "r");
    assert_non_null(manual);
    char line[512], item[512] = "";
    size_t shared = 0, examples = 0;
    while (fgets(line, sizeof line, manual) != NULL) {
        bool key = strncmp(line, ".It Ic ", 7) == 0;
        if (key && item[0] != '\0' && shared++ == 0 && strstr(item, ".week.") == NULL) {
            print_error("no example: %s", item);
            fail();
        }
        if (key) {
            snprintf(item, sizeof item, "%s", line + 7);
        } else if (strncmp(line, ".Dl ", 4) == 0 && item[0] != '\0') {
            assert_example(shared > 0 ? "week.mon" : item, line + 4);
            item[0] = '\0';
            shared = 0;
            examples++;
        }
    }
    fclose(manual);
    assert_string_equal(item, "");
    assert_true(examples > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_has_every_key_and_no_other),
        cmocka_unit_test(every_key_of_the_manual_has_an_example),
    };
    return cmocka_run_group_tests_name("policy_manual", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* A writer of JSON documents: what the program says of its own tables. */
#ifndef CRM_CMD_JSON_H
#define CRM_CMD_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* Writes to memory; json_finish gives the text. */
struct json {
    FILE *stream;
    char *text;
    size_t length;
    bool comma; /* a value stands before the next one */
};

/* False when memory is exhausted. */
bool json_init(struct json *json);
/* The text, for free(); NULL when memory was exhausted on the way. */
char *json_finish(struct json *json);
/* `bracket` is { or [ to open, } or ] to close. `key` is NULL in an array. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
/* NULL is written as null. */
void json_text(struct json *json, const char *key, const char *value);
void json_boolean(struct json *json, const char *key, bool value);
void json_integer(struct json *json, const char *key, long value);

#endif

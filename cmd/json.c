/* SPDX-License-Identifier: MIT */
/* A writer of JSON documents. */
#include "json.h"

#include "crm.h"

#include <stdlib.h>

bool json_init(struct json *json)
{
    *json = (struct json){0};
    json->stream = open_memstream(&json->text, &json->length);
    return json->stream != NULL;
}

char *json_finish(struct json *json)
{
    bool failed = ferror(json->stream) != 0;
    failed = fclose(json->stream) != 0 || failed;
    if (!failed)
        return json->text;
    free(json->text);
    return NULL;
}

static void start(struct json *json, const char *key)
{
    if (json->comma)
        fputc(',', json->stream);
    json->comma = true;
    if (key != NULL) {
        crm_json_text(json->stream, key);
        fputc(':', json->stream);
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    start(json, key);
    fputc(bracket, json->stream);
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    fputc(bracket, json->stream);
    json->comma = true;
}

void json_text(struct json *json, const char *key, const char *value)
{
    start(json, key);
    if (value == NULL)
        fputs("null", json->stream);
    else
        crm_json_text(json->stream, value);
}

void json_boolean(struct json *json, const char *key, bool value)
{
    start(json, key);
    fputs(value ? "true" : "false", json->stream);
}

void json_integer(struct json *json, const char *key, long value)
{
    start(json, key);
    fprintf(json->stream, "%ld", value);
}

/* SPDX-License-Identifier: MIT */
/* Opening, detecting and decoding what is imported. */
#include "import/input.h"

#include "base/memory.h"
#include "import/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define RAW_SIZE 65536

struct input {
    FILE *stream;
    bool owned;
    bool detect;             /* undecided: only ASCII was seen so far */
    bool started;            /* the byte order mark was looked for */
    bool at_end;             /* of the stream */
    struct decoder *decoder; /* NULL: it is UTF-8 already */
    const char *encoding;
    const char *name;
    int64_t position, size;
    struct error *error;
    size_t start, end; /* of what is left in raw */
    char raw[RAW_SIZE];
};

static crm_status open_stream(struct input *input, const char *path, FILE *stream)
{
    input->name = path;
    input->stream = stream != NULL ? stream : fopen(path, "rb");
    input->owned = stream == NULL;
    if (input->stream == NULL && errno == ENOMEM)
        return error_no_memory(input->error);
    if (input->stream == NULL) {
        crm_status status = errno == ENOENT ? CRM_NOT_FOUND : CRM_IO;
        return error_set(input->error, status, _("cannot open %s: %s"), path, strerror(errno));
    }
    struct stat info;
    if (fstat(fileno(input->stream), &info) != 0)
        return CRM_OK; /* a stream without a file behind it */
    if (S_ISDIR(info.st_mode)) {
        error_set(input->error, CRM_INVALID, _("%s is a directory"), path);
        return error_hint(input->error, _("name one file in it"));
    }
    input->size = S_ISREG(info.st_mode) ? (int64_t)info.st_size : 0;
    if (input->owned)
        setvbuf(input->stream, NULL, _IONBF, 0);
    return CRM_OK;
}

/* From now on the text is in that encoding. */
static crm_status use_encoding(struct input *input, const char *encoding)
{
    input->detect = false;
    input->encoding = encoding;
    if (strcasecmp(encoding, "utf-8") == 0 || strcasecmp(encoding, "utf8") == 0)
        return CRM_OK;
    return decoder_new(encoding, &input->decoder, input->error);
}

crm_status input_open(const char *path, FILE *stream, const char *encoding, struct input **out,
                      struct error *error)
{
    struct input *input = calloc(1, sizeof *input);
    if (input == NULL)
        return error_no_memory(error);
    input->error = error;
    input->encoding = "utf-8";
    input->detect = encoding == NULL || strcasecmp(encoding, "detect") == 0;
    crm_status status = open_stream(input, path, stream);
    /* "utf-16" without a byte order means: as its mark says. */
    bool marked = encoding != NULL && strcasecmp(encoding, "utf-16") == 0;
    if (status == CRM_OK && !input->detect && !marked)
        status = use_encoding(input, encoding);
    else if (marked)
        input->encoding = "utf-16";
    if (status != CRM_OK) {
        input_close(input);
        return status;
    }
    *out = input;
    return CRM_OK;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    if (input->owned && input->stream != NULL)
        fclose(input->stream);
    decoder_free(input->decoder);
    free(input);
}

static crm_status read_stream(struct input *input, char *out, size_t room, size_t *got)
{
    *got = input->at_end ? 0 : fread(out, 1, room, input->stream);
    if (*got == 0 && ferror(input->stream))
        return error_set(input->error, CRM_IO, _("cannot read %s: %s"), input->name,
                         strerror(errno));
    input->at_end = *got == 0 || feof(input->stream);
    input->position += (int64_t)*got;
    return CRM_OK;
}

static crm_status fill_raw(struct input *input)
{
    memmove(input->raw, input->raw + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
    size_t got = 0;
    crm_status status = read_stream(input, input->raw + input->end, RAW_SIZE - input->end, &got);
    input->end += got;
    return status;
}

/* What spreadsheet programs write that only they can read; HTML is often named .xls. */
static crm_status refuse_workbook(struct input *input)
{
    static const char *const beginnings[] = {"PK\x03\x04",     "\xD0\xCF\x11\xE0", "<html",
                                             "<!doctype html", "<table",           "<?xml"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t length = strlen(beginnings[i]);
        if (input->end < length || strncasecmp(input->raw, beginnings[i], length) != 0)
            continue;
        error_set(input->error, CRM_INVALID,
                  i < 2 ? _("%s is a workbook or an archive, not text")
                        : _("%s is HTML or XML, not rows of text"),
                  input->name);
        return error_hint(input->error, _("open it in a spreadsheet program and save it as CSV "
                                          "(UTF-8)"));
    }
    return CRM_OK;
}

/* Looks at the beginning: a byte order mark decides, and is no part of the text. */
static crm_status look_for_mark(struct input *input)
{
    static const struct {
        const char *mark;
        size_t length;
        const char *encoding;
    } marks[] = {
        {"\xEF\xBB\xBF", 3, "utf-8"}, {"\xFF\xFE", 2, "utf-16le"}, {"\xFE\xFF", 2, "utf-16be"}};
    input->started = true;
    crm_status status = CRM_OK;
    while (status == CRM_OK && input->end < 16 && !input->at_end)
        status = fill_raw(input);
    if (status == CRM_OK)
        status = refuse_workbook(input);
    bool utf16 = strcasecmp(input->encoding, "utf-16") == 0;
    for (size_t i = 0; status == CRM_OK && i < sizeof marks / sizeof *marks; i++) {
        if (input->end < marks[i].length || memcmp(input->raw, marks[i].mark, marks[i].length) != 0)
            continue;
        if (!input->detect && !utf16 && strcasecmp(input->encoding, marks[i].encoding) != 0)
            continue;
        input->start = marks[i].length;
        return input->decoder == NULL ? use_encoding(input, marks[i].encoding) : CRM_OK;
    }
    return status == CRM_OK && utf16 ? use_encoding(input, "utf-16le") : status;
}

/* ASCII is the same in both, so the decision waits for the first text that is not. */
static crm_status detect(struct input *input)
{
    const char *text = input->raw + input->start;
    size_t length = input->end - input->start;
    size_t ascii = decode_ascii_prefix(text, length);
    if (ascii == length)
        return CRM_OK;
    /* A short read (from a pipe) may have cut the evidence: take what there is, up to a window. */
    while (length < RAW_SIZE / 2 && !input->at_end) {
        crm_status status = fill_raw(input);
        if (status != CRM_OK)
            return status;
        text = input->raw + input->start;
        length = input->end - input->start;
    }
    return use_encoding(input, decode_looks_gb18030(text, length) ? "gb18030" : "utf-8");
}

static void take_raw(struct input *input, char *out, size_t room, size_t *got)
{
    size_t take = input->end - input->start;
    if (take > room)
        take = room;
    memcpy(out, input->raw + input->start, take);
    input->start += take;
    *got = take;
}

crm_status input_read(struct input *input, char *out, size_t room, size_t *got)
{
    *got = 0;
    if (!input->started) {
        crm_status status = look_for_mark(input);
        if (status != CRM_OK)
            return status;
    }
    while (*got == 0) {
        bool empty = input->start == input->end;
        if (empty && input->at_end)
            return CRM_OK;
        if (input->decoder == NULL && !input->detect && empty)
            return read_stream(input, out, room, got);
        if (empty || (input->decoder != NULL && input->end - input->start < 16)) {
            crm_status status = fill_raw(input);
            if (status != CRM_OK)
                return status;
        }
        if (input->detect) {
            crm_status status = detect(input);
            if (status != CRM_OK)
                return status;
        }
        if (input->decoder == NULL) {
            take_raw(input, out, room, got);
            continue;
        }
        size_t used = 0;
        decoder_run(input->decoder, input->raw + input->start, input->end - input->start,
                    input->at_end, &used, out, room, got);
        input->start += used;
    }
    return CRM_OK;
}

crm_status input_first(struct input *input, char *first)
{
    crm_status status = input->started ? CRM_OK : look_for_mark(input);
    *first = '\0';
    /* The bytes of UTF-16 are those of ASCII with NULs between them. */
    for (size_t i = input->start; i < input->end && *first == '\0'; i++)
        if (strchr(" \t\r\n", input->raw[i]) == NULL)
            *first = input->raw[i];
    return status;
}

int64_t input_position(const struct input *input)
{
    return input->position;
}

int64_t input_size(const struct input *input)
{
    return input->size;
}

const char *input_encoding(const struct input *input)
{
    return input->encoding;
}

/* SPDX-License-Identifier: MIT */
/* Names for programs around the library: nearest candidates, kinds of references, JSON strings. */
#include "crm.h"

#include "base/buffer.h"
#include "base/text.h"
#include "schema/schema.h"

#include <string.h>

const char *crm_suggest(const char *word, const char *const *candidates, size_t count)
{
    return text_nearest(word, candidates, count);
}

int crm_kind_of_reference(const char *reference)
{
    const struct kind *kind = schema_kind_by_prefix(reference);
    return kind == NULL ? -1 : crm_kind_find(kind->name);
}

size_t crm_text_width(const char *text)
{
    return text_width(text, strlen(text));
}

crm_status crm_json_text(FILE *stream, const char *text)
{
    struct buffer quoted = {0};
    text_json_quote(&quoted, text, strlen(text));
    bool failed = quoted.failed;
    bool written = fwrite(buffer_string(&quoted), 1, quoted.length, stream) == quoted.length;
    buffer_release(&quoted);
    if (failed)
        return CRM_NO_MEMORY;
    return written ? CRM_OK : CRM_IO;
}

/* SPDX-License-Identifier: MIT */
/* Names for programs around the library: nearest candidates, kinds of references, texts to write.
 */
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

/* Without memory of its own: it also says that there is none. */
crm_status crm_plain_text(FILE *stream, const char *text)
{
    static const char broken[] = "\xEF\xBF\xBD";
    size_t length = strlen(text);
    bool written = true;
    while (length > 0) {
        size_t valid = text_valid_prefix(text, length);
        for (size_t i = 0; i < valid; i++) {
            unsigned char byte = (unsigned char)text[i];
            bool control = (byte < 0x20 && byte != '\n') || byte == 0x7F;
            written = fputc(control ? '?' : byte, stream) != EOF && written;
        }
        if (valid < length) {
            written = fputs(broken, stream) != EOF && written;
            valid++;
        }
        text += valid;
        length -= valid;
    }
    return written ? CRM_OK : CRM_IO;
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

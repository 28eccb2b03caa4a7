/* SPDX-License-Identifier: MIT */
/* SHA-256 by libmd, random bytes by the system. */
#include "base/digest.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static void hexadecimal(const unsigned char *bytes, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

void digest_begin(struct digest *digest)
{
    SHA256Init(&digest->context);
}

void digest_add(struct digest *digest, const void *data, size_t length)
{
    SHA256Update(&digest->context, data, length);
}

void digest_text(struct digest *digest, const char *text)
{
    if (text != NULL)
        digest_add(digest, text, strlen(text));
}

void digest_integer(struct digest *digest, int64_t number)
{
    char text[24];
    digest_add(digest, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number));
}

void digest_end(struct digest *digest, char out[DIGEST_TEXT])
{
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    SHA256Final(bytes, &digest->context);
    hexadecimal(bytes, sizeof bytes, out);
}

/* 256 bytes are what a system gives at once. */
static bool fill(unsigned char *bytes, size_t count)
{
    for (size_t done = 0, part; done < count; done += part) {
        part = count - done < 256 ? count - done : 256;
        if (getentropy(bytes + done, part) != 0)
            return false;
    }
    return true;
}

bool salt_next(struct salts *salts, char out[SALT_TEXT])
{
    if (salts->left == 0) {
        if (!fill(salts->bytes, sizeof salts->bytes))
            return false;
        salts->left = sizeof salts->bytes;
    }
    hexadecimal(salts->bytes + sizeof salts->bytes - salts->left, SALT_BYTES, out);
    salts->left -= SALT_BYTES;
    return true;
}

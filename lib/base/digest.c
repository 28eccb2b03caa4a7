/* SPDX-License-Identifier: MIT */
/* SHA-256, its blocks by the processor or by libmd; random bytes by the system. */
#include "base/digest.h"

#include <sha2.h>
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

/* The highest byte first. */
static void put_number(unsigned char *out, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(number >> (8 * (bytes - 1 - i)));
}

void digest_blocks_portable(uint32_t state[8], const unsigned char *blocks, size_t count)
{
    for (; count > 0; count--, blocks += DIGEST_BLOCK)
        SHA256Transform(state, blocks);
}

void digest_begin_by(struct digest *digest, digest_blocks *take)
{
    static const uint32_t state[] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    digest->take = take;
    digest->length = 0;
    memcpy(digest->state, state, sizeof state);
}

void digest_begin(struct digest *digest)
{
    digest_blocks *x86 = digest_blocks_x86();
    digest_begin_by(digest, x86 != NULL ? x86 : digest_blocks_portable);
}

void digest_add(struct digest *digest, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    const size_t waiting = digest->length % DIGEST_BLOCK, room = DIGEST_BLOCK - waiting;
    if (length == 0)
        return;
    digest->length += length;
    if (length < room) {
        memcpy(digest->block + waiting, bytes, length);
        return;
    }
    if (waiting > 0) {
        memcpy(digest->block + waiting, bytes, room);
        digest->take(digest->state, digest->block, 1);
        bytes += room;
        length -= room;
    }
    digest->take(digest->state, bytes, length / DIGEST_BLOCK);
    memcpy(digest->block, bytes + length / DIGEST_BLOCK * DIGEST_BLOCK, length % DIGEST_BLOCK);
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

/* Behind the last byte: a bit, zeroes, and the number of bits before them. */
static void pad(struct digest *digest)
{
    static const unsigned char begin[DIGEST_BLOCK] = {0x80};
    const uint64_t bits = digest->length * 8;
    const size_t waiting = digest->length % DIGEST_BLOCK, end = DIGEST_BLOCK - sizeof bits;
    unsigned char count[sizeof bits];
    put_number(count, bits, sizeof count);
    digest_add(digest, begin, (waiting < end ? end : end + DIGEST_BLOCK) - waiting);
    digest_add(digest, count, sizeof count);
}

void digest_end(struct digest *digest, char out[DIGEST_TEXT])
{
    unsigned char bytes[sizeof digest->state];
    pad(digest);
    for (size_t i = 0; i < sizeof bytes / 4; i++)
        put_number(bytes + 4 * i, digest->state[i], 4);
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

/* SPDX-License-Identifier: MIT */
/* SHA-256 as hexadecimal text, and the random salts that go before what may be guessed. */
#ifndef CRM_BASE_DIGEST_H
#define CRM_BASE_DIGEST_H

#include "base/digest_blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DIGEST_TEXT = 65, /* 64 digits and a NUL */
    SALT_TEXT = 33,   /* 32 digits and a NUL */
    SALT_BYTES = 16
};

/* A digest under way: begin, add any number of times, end. It owns nothing. */
struct digest {
    digest_blocks *take;
    uint32_t state[8];
    uint64_t length;                   /* bytes so far */
    unsigned char block[DIGEST_BLOCK]; /* those of an unfinished block */
};

/* By the fastest means that there is. */
void digest_begin(struct digest *digest);
/* By that one: all give the same. */
void digest_begin_by(struct digest *digest, digest_blocks *take);
void digest_add(struct digest *digest, const void *data, size_t length);
/* NULL adds nothing. */
void digest_text(struct digest *digest, const char *text);
void digest_integer(struct digest *digest, int64_t number);
/* Lower-case digits. */
void digest_end(struct digest *digest, char out[DIGEST_TEXT]);

/* Salts, many from one question to the system. Zero-initialise. */
struct salts {
    unsigned char bytes[64 * SALT_BYTES];
    size_t left; /* bytes not used yet, at the end of `bytes` */
};

/* The next random salt; false when the system has no random numbers. */
bool salt_next(struct salts *salts, char out[SALT_TEXT]);

#endif

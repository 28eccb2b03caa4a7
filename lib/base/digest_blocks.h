/* SPDX-License-Identifier: MIT */
/* The inner part of SHA-256, in several versions that give the same. */
#ifndef CRM_BASE_DIGEST_BLOCKS_H
#define CRM_BASE_DIGEST_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BLOCK = 64 /* bytes */ };

/* Takes `count` blocks, one after the other, into the state. */
typedef void digest_blocks(uint32_t state[8], const unsigned char *blocks, size_t count);

/* On every processor: libmd's. */
digest_blocks digest_blocks_portable;
/* By x86 processors' own instructions for it, a quarter of the time; NULL where there are none. */
digest_blocks *digest_blocks_x86(void);

#endif

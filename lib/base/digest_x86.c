/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4, section 6.2) by the instructions that x86 processors have for it. The C
 * library knows which processor it is: to ask the processor costs a thousand instructions, more
 * where the machine is a virtual one. */
#include "base/digest_blocks.h"

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#define HAS_X86 1
#endif
#endif

#ifndef HAS_X86

digest_blocks *digest_blocks_x86(void)
{
    return NULL;
}

#else

#include <immintrin.h>
#include <sys/platform/x86.h>

#define BY_SHA __attribute__((target("sha,sse4.1")))

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The eight words a…h as the instructions want them. */
struct rounds {
    __m128i abef, cdgh;
};

BY_SHA static inline __m128i load(const void *from)
{
    return _mm_loadu_si128((const __m128i *)from);
}

BY_SHA static inline struct rounds load_state(const uint32_t state[8])
{
    const __m128i cdab = _mm_shuffle_epi32(load(state), 0xB1);
    const __m128i efgh = _mm_shuffle_epi32(load(state + 4), 0x1B);
    return (struct rounds){.abef = _mm_alignr_epi8(cdab, efgh, 8),
                           .cdgh = _mm_blend_epi16(efgh, cdab, 0xF0)};
}

BY_SHA static inline void store_state(const struct rounds *rounds, uint32_t state[8])
{
    const __m128i feba = _mm_shuffle_epi32(rounds->abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(rounds->cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* With four words of the message schedule. */
BY_SHA static inline void four_rounds(struct rounds *rounds, __m128i words, int first)
{
    const __m128i sum = _mm_add_epi32(words, load(constants + first));
    rounds->cdgh = _mm_sha256rnds2_epu32(rounds->cdgh, rounds->abef, sum);
    rounds->abef = _mm_sha256rnds2_epu32(rounds->abef, rounds->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

/* The four words that follow these sixteen. */
BY_SHA static inline __m128i next_words(const __m128i words[4])
{
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(words[0], words[1]),
                                      _mm_alignr_epi8(words[3], words[2], 4));
    return _mm_sha256msg2_epu32(sum, words[3]);
}

BY_SHA static inline void take_block(struct rounds *rounds, const unsigned char *block)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const struct rounds before = *rounds;
    __m128i words[4];
    for (int i = 0; i < 4; i++)
        words[i] = _mm_shuffle_epi8(load(block + 16 * i), swap);
    for (int first = 0; first < 64; first += 4) {
        four_rounds(rounds, words[0], first);
        const __m128i next = next_words(words);
        words[0] = words[1];
        words[1] = words[2];
        words[2] = words[3];
        words[3] = next;
    }
    rounds->abef = _mm_add_epi32(rounds->abef, before.abef);
    rounds->cdgh = _mm_add_epi32(rounds->cdgh, before.cdgh);
}

BY_SHA static void take_blocks(uint32_t state[8], const unsigned char *blocks, size_t count)
{
    struct rounds rounds = load_state(state);
    for (; count > 0; count--, blocks += DIGEST_BLOCK)
        take_block(&rounds, blocks);
    store_state(&rounds, state);
}

digest_blocks *digest_blocks_x86(void)
{
    return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1) ? take_blocks : NULL;
}

#endif

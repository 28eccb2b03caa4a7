/* SPDX-License-Identifier: MIT */
/* policy.yaml. */
#include "fuzz.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct policy *policy = NULL;
    char *text = text_of(data, size);
    must_explain(policy_parse("policy.yaml", text, size, &policy, &error), &error);
    policy_free(policy);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* Checks of single fields beyond their type. */
#include "schema/schema.h"

#include <string.h>

enum { CREDIT_CODE_LENGTH = 18, CREDIT_CODE_MODULUS = 31 };

/* GB 32100-2015, 5.3: I, O, S, V and Z are not used. */
static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int credit_value(char character)
{
    const char *place = character == '\0' ? NULL : strchr(credit_alphabet, character);
    return place == NULL ? -1 : (int)(place - credit_alphabet);
}

static crm_status refuse_credit_code(const char *text, size_t length, struct error *error,
                                     const char *why)
{
    error_set(error, CRM_INVALID, _("'%.*s' is no unified social credit code: %s"), (int)length,
              text, why);
    return error_hint(error, _("compare it with the business licence"));
}

crm_status check_credit_code(const char *text, size_t length, struct error *error)
{
    if (length != CREDIT_CODE_LENGTH)
        return refuse_credit_code(text, length, error, _("it has not 18 characters"));
    int sum = 0;
    int weight = 1; /* 3^(i−1) mod 31 */
    for (size_t i = 0; i < CREDIT_CODE_LENGTH - 1; i++) {
        int value = credit_value(text[i]);
        if (value < 0)
            return refuse_credit_code(text, length, error,
                                      _("only digits and capitals other than I, O, S, V, Z occur"));
        sum += value * weight;
        weight = weight * 3 % CREDIT_CODE_MODULUS;
    }
    int check = (CREDIT_CODE_MODULUS - sum % CREDIT_CODE_MODULUS) % CREDIT_CODE_MODULUS;
    if (text[CREDIT_CODE_LENGTH - 1] != credit_alphabet[check])
        return refuse_credit_code(text, length, error, _("the check digit is wrong"));
    return CRM_OK;
}

/* Something, one @, something with a point inside: what a typing error breaks. More is for the
 * mail server to say. */
crm_status check_email(const char *text, size_t length, struct error *error)
{
    const char *at = memchr(text, '@', length);
    size_t local = at == NULL ? 0 : (size_t)(at - text);
    size_t domain = at == NULL ? 0 : length - local - 1;
    bool blank = false;
    for (size_t i = 0; i < length; i++)
        blank = blank || (unsigned char)text[i] <= ' ' || text[i] == 0x7F;
    bool good = local > 0 && domain > 0 && !blank && memchr(at + 1, '@', domain) == NULL &&
                at[1] != '.' && text[length - 1] != '.';
    if (good)
        return CRM_OK;
    error_set(error, CRM_INVALID, _("'%.*s' is no e-mail address"), (int)length, text);
    return error_hint(error, _("write it as name@example.com"));
}

crm_status check_currency(const char *text, size_t length, struct error *error)
{
    bool good = length == 3;
    for (size_t i = 0; good && i < 3; i++)
        good = text[i] >= 'A' && text[i] <= 'Z';
    if (good)
        return CRM_OK;
    error_set(error, CRM_INVALID, _("'%.*s' is no currency"), (int)length, text);
    return error_hint(error, _("write the three letters of ISO 4217: CNY, EUR, USD"));
}

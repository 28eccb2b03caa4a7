/* SPDX-License-Identifier: MIT */
/* Loads libpq and looks up what is used of it. */
#include "store/postgres_library.h"

#include <dlfcn.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>

static const char *const library_names[] = {"libpq.so.5", "libpq.5.dylib"};

/* POSIX lets a pointer to an object be one to a function; C has no cast for it. */
#define LOOK_UP(name)                                                                              \
    symbol = dlsym(library->handle, #name);                                                        \
    complete = complete && symbol != NULL;                                                         \
    memcpy(&library->name, &symbol, sizeof symbol);

static bool look_up(struct postgres_library *library)
{
    void *symbol;
    bool complete = true;
    POSTGRES_FUNCTIONS(LOOK_UP)
    return complete;
}

/* Its reasons are written like all other text, whatever the locale's encoding. */
static void write_utf8(const struct postgres_library *library)
{
    char domain[32];
    (void)snprintf(domain, sizeof domain, "libpq5-%d", library->PQlibVersion() / 10000);
    (void)bind_textdomain_codeset(domain, "UTF-8");
}

/* It stays loaded until the process ends: what it brings along, TLS and Kerberos, leaves functions
 * to be called and thread-local memory to be looked at by then. */
crm_status postgres_library_load(struct postgres_library *library, struct error *error)
{
    for (size_t i = 0; i < sizeof library_names / sizeof *library_names; i++) {
        library->handle = dlopen(library_names[i], RTLD_LAZY | RTLD_LOCAL);
        if (library->handle == NULL)
            continue;
        if (look_up(library)) {
            write_utf8(library);
            return CRM_OK;
        }
        error_set(error, CRM_IO, _("the installed %s is too old"), library_names[i]);
        return error_hint(error, _("install that of PostgreSQL 14 or newer"));
    }
    error_set(error, CRM_IO, _("PostgreSQL's client library (libpq) is not installed"));
    return error_hint(error, _("install it: apt-get install libpq5"));
}

/* SPDX-License-Identifier: MIT */
#include "record/import.h"
crm_status import_records(struct import *import)
{
    return error_set(&import->book->error, CRM_USAGE, "later");
}

/* SPDX-License-Identifier: MIT */
/* Sinks as the public header gives them: bound to a book's messages and time zone. */
#include "book.h"

crm_status crm_sink_new(crm_book *book, const crm_sink_options *options, crm_sink **out)
{
    crm_sink_options chosen = *options;
    chosen.sensitive = options->sensitive || (book->policy != NULL && book->policy->show_sensitive);
    return sink_open(&chosen, book->zone, &book->error, out);
}

crm_status crm_sink_finish(crm_sink *sink)
{
    return sink_finish(sink);
}

void crm_sink_free(crm_sink *sink)
{
    sink_free(sink);
}

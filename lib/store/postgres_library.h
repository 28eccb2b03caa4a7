/* SPDX-License-Identifier: MIT */
/* PostgreSQL's client library, loaded when a book is kept there and not before: a program whose
 * book is a file neither needs nor loads it. For lib/store/ alone. */
#ifndef CRM_STORE_POSTGRES_LIBRARY_H
#define CRM_STORE_POSTGRES_LIBRARY_H

#include "base/error.h"

#include <libpq-fe.h>

/* Every function of libpq that is used. */
#define POSTGRES_FUNCTIONS(USE)                                                                    \
    USE(PQclear)                                                                                   \
    USE(PQcmdStatus)                                                                               \
    USE(PQcmdTuples)                                                                               \
    USE(PQconnectdbParams)                                                                         \
    USE(PQconninfoFree)                                                                            \
    USE(PQconninfoParse)                                                                           \
    USE(PQenterPipelineMode)                                                                       \
    USE(PQerrorMessage)                                                                            \
    USE(PQexec)                                                                                    \
    USE(PQexecParams)                                                                              \
    USE(PQexecPrepared)                                                                            \
    USE(PQexitPipelineMode)                                                                        \
    USE(PQfinish)                                                                                  \
    USE(PQfreemem)                                                                                 \
    USE(PQftype)                                                                                   \
    USE(PQgetResult)                                                                               \
    USE(PQgetisnull)                                                                               \
    USE(PQgetlength)                                                                               \
    USE(PQgetvalue)                                                                                \
    USE(PQlibVersion)                                                                              \
    USE(PQnfields)                                                                                 \
    USE(PQntuples)                                                                                 \
    USE(PQparameterStatus)                                                                         \
    USE(PQpipelineStatus)                                                                          \
    USE(PQpipelineSync)                                                                            \
    USE(PQprepare)                                                                                 \
    USE(PQputCopyData)                                                                             \
    USE(PQputCopyEnd)                                                                              \
    USE(PQresultErrorField)                                                                        \
    USE(PQresultStatus)                                                                            \
    USE(PQsendQueryParams)                                                                         \
    USE(PQsendQueryPrepared)                                                                       \
    USE(PQserverVersion)                                                                           \
    USE(PQsetNoticeReceiver)                                                                       \
    USE(PQstatus)                                                                                  \
    USE(PQtransactionStatus)

struct postgres_library {
    void *handle; /* NULL: not loaded */
#define POSTGRES_MEMBER(name) __typeof__(name) *name;
    POSTGRES_FUNCTIONS(POSTGRES_MEMBER)
#undef POSTGRES_MEMBER
};

crm_status postgres_library_load(struct postgres_library *library, struct error *error);

#endif

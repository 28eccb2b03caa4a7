/* SPDX-License-Identifier: MIT */
/* crm remind --install-timer. */
#ifndef CRM_CMD_REMIND_TIMER_H
#define CRM_CMD_REMIND_TIMER_H

#include "program.h"

struct remind_timer {
    const char *kind;  /* cron, systemd */
    const char *at;    /* 08:30; NULL: that */
    const char *staff; /* NULL: everybody */
    bool write;        /* else it is only printed */
};

/* Prints what is to be installed, and with `write`, but not in a dry run, installs it. */
crm_status remind_timer(struct call *call, const struct remind_timer *asked);

#endif

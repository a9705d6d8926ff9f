/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that packs the ticket, when all is over, by becoming snapstate-capture: the
 * one that reads a plan may start nothing (confine.h). It is forked before the plan is
 * opened, and what it will start is settled by the command line alone. It is told no more
 * than the plan's digest, by which its journal is found, and whether the plan's names are
 * pseudonyms.
 */
#ifndef SNAPSTATE_PACKER_H
#define SNAPSTATE_PACKER_H

#include <sys/types.h>

#include "options.h"
#include "snapstate/err.h"

struct packer {
	int fd; /* -1: it is not there (any more) */
	pid_t pid;
};
#define PACKER_INIT ((struct packer){.fd = -1})

/* -EEXIST: the ticket's file is there already. */
int packer_start(
	const struct options *options, struct packer *ret_packer, struct err *err);
/* Without being told anything it ends by itself. */
void packer_stop(struct packer *packer);
static inline void packer_stop_fn(struct packer *packer)
{
	packer_stop(packer);
}
#define cleanup_packer cleanup_with(packer_stop_fn)

/* The capture that --before names is the plan's. */
int packer_check(const struct options *options, const struct plan *plan, struct err *err);

/* Packs, and says on stderr what came of it: it is there, or how it is packed by hand. */
void packer_pack(
	struct packer *packer, const struct options *options, const struct plan *plan);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of VG metadata against any bytes. Law: of a refused text nothing becomes
 * part of the host, and what an LV refers to is there. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stripe(
	const struct host *host, const char *vg_uuid, const struct stripe *stripe)
{
	if (*stripe->pv_uuid ? !host_pv(host, stripe->pv_uuid)
			     : !host_lv_by_name(host, vg_uuid, stripe->lv_name))
		abort();
}

static void check(const struct host *host)
{
	if (host->n_vgs != 1)
		abort();
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];
		uint64_t extents = 0;

		if (host_lv(host, lv->vg_uuid, lv->uuid) != lv ||
			(*lv->origin_uuid &&
				!host_lv(host, lv->vg_uuid, lv->origin_uuid)) ||
			(lv->role == LV_SNAPSHOT && !*lv->origin_uuid))
			abort();
		for (size_t s = 0; s < lv->n_segments; s++) {
			extents += lv->segments[s].extents;
			for (size_t t = 0; t < lv->segments[s].n_stripes; t++)
				check_stripe(
					host, lv->vg_uuid, &lv->segments[s].stripes[t]);
		}
		if (extents != lv->extents)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	/* a copy with the NUL behind it that documents have */
	cleanup_free char *bytes = xstrndup((const char *)data, size);
	struct document document = {"lvm/x.vg", bytes, size};
	struct err err = ERR_INIT;

	if (text_lvm_metadata_read(host, &document, &err) == 0) {
		check(host);
		return 0;
	}
	if (err.code >= 0 || strncmp(err.msg, "lvm/x.vg: ", strlen("lvm/x.vg: ")) != 0 ||
		host->n_mounts || host->n_vgs || host->n_pvs || host->n_lvs)
		abort();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file systems overlays are on. An overlay has a mount of its own of each of its
 * layers, which is in no mount table: who is inside it has nothing open on the layer's
 * own mount, and the layer's file system outlives the umount of that (kernel
 * fs/overlayfs/super.c, clone_private_mount()). Of the layers the kernel shows what was
 * written when it was mounted, and no number.
 * Input: the model's mounts. Output: a holder for each device that an overlay has a layer
 * on; one without a device where that is not sure, or where a user mounted it: what he
 * wrote is no evidence.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"

/* What a mount namespace tells of the overlays in it. */
struct home {
	const struct mount_namespace *namespace;
	bool is_of_root; /* nobody but root can mount there */
	bool has_root_of_host;
	bool is_told; /* one that a user made there is held already */
};

/* One mount of each overlay. */
struct overlay {
	const struct mount *mount;
	struct home *home;
	bool has_unplaced; /* one of its layers */
};

/* A folder that it was mounted with. */
struct layer {
	size_t overlay; /* its place */
	uint32_t pid;	/* whose root the path begins at; 0 = the host's */
	char *path;
	bool may_be_empty;
	bool is_found;
	struct file_look look;
};

struct search {
	const struct machine *machine;
	struct host *host;
	struct home *homes;
	size_t n_homes;
	struct overlay *overlays;
	size_t n_overlays;
	struct layer *layers;
	size_t n_layers;
};

/* ---- where they are ---- */

/* The first one of a table is below all others. */
static struct devno root_of(const struct host *host, uint64_t namespace_id)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == namespace_id &&
			strcmp(host->mounts[i].target, "/") == 0)
			return host->mounts[i].devno;
	return DEVNO_NONE;
}

static void collect_homes(struct search *search)
{
	const struct host *host = search->host;
	const struct file_ops *files = search->machine->files;
	const struct mount_namespace *own = host_namespace_of_host(host);
	struct devno root = own ? root_of(host, own->id) : DEVNO_NONE;

	for (size_t i = 0; i < host->n_namespaces; i++) {
		const struct mount_namespace *namespace = &host->namespaces[i];

		*array_add(&search->homes, &search->n_homes) = (struct home){
			.namespace = namespace,
			.is_of_root = namespace == own ||
				      (namespace->pid &&
					      files->is_namespace_of_root(
						      search->machine, namespace->pid)),
			.has_root_of_host =
				!devno_is_none(root) &&
				devno_is_equal(root_of(host, namespace->id), root)};
	}
}

/* ---- which overlays there are ---- */

static struct home *home_of(
	const struct search *search, const struct mount *mount, struct home *last)
{
	if (last && last->namespace->id == mount->namespace_id)
		return last; /* a table's mounts are in a row */
	for (size_t i = 0; i < search->n_homes; i++)
		if (search->homes[i].namespace->id == mount->namespace_id)
			return &search->homes[i];
	return NULL;
}

/* The host's own first; then one that only root can have made: what a user mounts stays
 * in namespaces of his. */
static int rank(const struct overlay *overlay)
{
	return overlay->home->namespace->is_host ? 0 : overlay->home->is_of_root ? 1 : 2;
}

static int order_overlays(const void *pa, const void *pb)
{
	const struct overlay *a = pa, *b = pb;
	int order = devno_compare(a->mount->devno, b->mount->devno);

	order = order ? order : rank(a) - rank(b);
	return order ? order : (a->mount > b->mount) - (a->mount < b->mount);
}

/* Each overlay once, however often it is mounted. */
static void collect_overlays(struct search *search)
{
	const struct host *host = search->host;
	struct home *home = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (strcmp(mount->type, "overlay") != 0)
			continue;
		home = home_of(search, mount, home);
		if (home)
			*array_add(&search->overlays, &search->n_overlays) =
				(struct overlay){.mount = mount, .home = home};
	}
	if (search->n_overlays)
		qsort(search->overlays, search->n_overlays, sizeof(*search->overlays),
			order_overlays);
	for (size_t i = 0; i < search->n_overlays; i++)
		if (!kept || !devno_is_equal(search->overlays[kept - 1].mount->devno,
				     search->overlays[i].mount->devno))
			search->overlays[kept++] = search->overlays[i];
	search->n_overlays = kept;
}

/* ---- their layers ---- */

/* lowerdir's are separated by colons, "::" in front of those with data only; a backslash
 * keeps one that belongs to a name. */
static void add_layers(struct search *search, size_t overlay, bool may_be_empty,
	const char *at, size_t len)
{
	const struct mount_namespace *in = search->overlays[overlay].home->namespace;
	cleanup_buf struct buf path = BUF_INIT;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && at[i] != ':') {
			i += at[i] == '\\' && i + 1 < len;
			buf_add(&path, at + i, 1);
			continue;
		}
		if (path.len)
			*array_add(&search->layers, &search->n_layers) =
				(struct layer){.overlay = overlay,
					.pid = in->is_host ? 0 : in->pid,
					.path = xstrdup(buf_text(&path)),
					.may_be_empty = may_be_empty};
		path.len = 0;
	}
}

/* The length up to the next comma that no backslash stands before (ovl_show_options()).
 */
static size_t option_len(const char *at)
{
	size_t len = 0;

	while (at[len] && at[len] != ',')
		len += at[len] == '\\' && at[len + 1] ? 2 : 1;
	return len;
}

static void collect_layers(struct search *search, size_t overlay)
{
	static const char *const keys[] = {
		"lowerdir=", "lowerdir+=", "datadir+=", "upperdir=", "workdir="};
	size_t before = search->n_layers;

	for (const char *at = search->overlays[overlay].mount->super_options; *at;) {
		size_t len = option_len(at);

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			size_t key = strlen(keys[k]);

			if (len > key && strncmp(at, keys[k], key) == 0)
				add_layers(search, overlay, keys[k][0] == 'u', at + key,
					len - key);
		}
		at += len;
		at += *at == ',';
	}
	/* every overlay has some */
	search->overlays[overlay].has_unplaced = search->n_layers == before;
}

/* The path may lead elsewhere by now: to a mount point that is empty since something was
 * unmounted. The kernel makes a folder in workdir, and an empty layer below adds nothing.
 */
static void look(const struct machine *machine, void *item)
{
	struct layer *layer = item;

	layer->is_found = *layer->path == '/' &&
			  machine->files->at_path(
				  machine, layer->pid, layer->path, &layer->look) == 0 &&
			  (layer->may_be_empty || !layer->look.is_empty);
}

/* ---- what they hold ---- */

static void hold(struct host *host, const struct overlay *overlay, struct devno devno)
{
	const struct mount_namespace *in = overlay->home->namespace;

	probe_hold(host, &(struct kernel_holder){.devno = devno,
				 .kind = HOLDER_OVERLAY,
				 .name = overlay->mount->target,
				 .namespace_id = in->is_host ? 0 : in->id});
}

/*
 * By what a user wrote nothing is known. But each layer was mounted in his namespace; and
 * a mount that came with that he can hide, and not unmount (mount_namespaces(7), locked
 * mounts), unless he has left the host's root as a whole. Of as many as he likes to make,
 * one is told.
 */
static void hold_of_user(struct host *host, const struct overlay *overlay)
{
	const struct mount_namespace *in = overlay->home->namespace;

	if (overlay->home->is_told)
		return;
	overlay->home->is_told = true;
	probe_hold(
		host, &(struct kernel_holder){.kind = HOLDER_OVERLAY,
			      .name = overlay->mount->target,
			      .namespace_id = in->id,
			      .is_within = in->pid && overlay->home->has_root_of_host});
}

/* A layer that is an overlay itself has holders of its own. */
static void hold_layers(struct search *search)
{
	struct host *host = search->host;

	for (size_t i = 0; i < search->n_layers; i++) {
		struct overlay *overlay = &search->overlays[search->layers[i].overlay];
		struct file_at at = {.place = FILE_UNPLACED};

		if (search->layers[i].is_found)
			at = probe_place(host, &search->layers[i].look);
		if (at.place == FILE_UNPLACED)
			overlay->has_unplaced = true;
		else if (!devno_is_none(at.devno))
			hold(host, overlay, at.devno);
	}
	for (size_t i = 0; i < search->n_overlays; i++)
		if (!search->overlays[i].home->is_of_root)
			hold_of_user(host, &search->overlays[i]);
		else if (search->overlays[i].has_unplaced)
			hold(host, &search->overlays[i], DEVNO_NONE);
}

void probe_overlays(const struct machine *machine, struct host *host)
{
	struct search search = {.machine = machine, .host = host};

	if (!machine->files || machine->only || !host_source_is_read(host, "mounts"))
		return;
	collect_homes(&search);
	collect_overlays(&search);
	for (size_t i = 0; i < search.n_overlays; i++)
		if (search.overlays[i].home->is_of_root)
			collect_layers(&search, i);
	child_each(machine, search.layers, sizeof(*search.layers), search.n_layers, look);
	hold_layers(&search);
	for (size_t i = 0; i < search.n_layers; i++)
		free(search.layers[i].path);
	free(search.layers);
	free(search.overlays);
	free(search.homes);
}

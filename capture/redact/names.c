/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of the model with pseudonyms; see redact.h.
 * Input: a host without secrets. Output: another host, which shares nothing with it.
 *
 * Invariant: every string of every struct is either replaced or named here as one that
 * stays. tests/unit/test_redact.c puts a mark into each and looks for it.
 */
#include <stdio.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"

#define COMM_LEN	15
#define LVM_NAME_MAX	127 /* lvm2 lib/misc/lvm-string.h: NAME_LEN - 1; DM_NAME_LEN too */
#define DM_UUID_MAX	128
#define LEFT_OUT	"left out: free text cannot be told from names"
#define DETAIL_LEFT_OUT "details left out"

struct copy {
	struct host *to;
	struct pseudonyms names;
};

/* ---- one string ---- */

static const char *keep(const struct copy *copy, const char *text)
{
	return text ? host_string(copy->to, text) : NULL;
}

static const char *finish(const struct copy *copy, struct buf *text)
{
	const char *string = host_string_n(copy->to, buf_text(text), text->len);

	buf_free(text);
	return string;
}

static const char *name(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	if (!text)
		return NULL;
	pseudonym_text(&copy->names, text, strlen(text), &out);
	return finish(copy, &out);
}

static const char *type(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	type_pseudonyms(&copy->names, text, strlen(text), &out);
	return finish(copy, &out);
}

static const char *options(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	options_pseudonyms(&copy->names, text, strlen(text), &out);
	return finish(copy, &out);
}

static const char *params(
	const struct copy *copy, const char *target_type, const char *text)
{
	struct buf out = BUF_INIT;

	params_pseudonyms(&copy->names, target_type, text, &out);
	return finish(copy, &out);
}

/* Uuids of LVM, and of partitions on it, stay: all joins hang on them. Others may hold
 * the device's name ("CRYPT-LUKS2-UUID-NAME", cryptsetup lib/libdevmapper.c). */
static void dm_uuid_pseudonyms(
	const struct pseudonyms *names, const char *uuid, struct buf *out)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *lvm = uuid, *layer;
	uint32_t number;

	while (kpartx_uuid_split(lvm, &number, &lvm))
		;
	if (lvm_dm_uuid_split(lvm, vg, lv, &layer)) {
		buf_add(out, uuid, (size_t)(layer - uuid));
		uuid = layer;
	}
	pseudonym_text(names, uuid, strlen(uuid), out);
}

static const char *dm_uuid(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	dm_uuid_pseudonyms(&copy->names, text, &out);
	return finish(copy, &out);
}

/* ---- programs ---- */

/* What packages install; not /usr/local or /opt. */
static bool is_system_program(const char *exe)
{
	static const char *const folders[] = {"/bin/", "/sbin/", "/lib/", "/lib64/",
		"/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(exe, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static bool is_program_name(const char *comm, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	if (program_is_backup(comm) || program_is_storage(comm))
		return true;
	return is_system_program(exe) && slash && *comm &&
	       strncmp(slash + 1, comm, COMM_LEN) == 0;
}

/* partclone.ANYTHING counts as a backup program: not every end of it is a word of ours */
static const char *comm(const struct copy *copy, const char *text, const char *exe)
{
	static const char partclone[] = "partclone.";
	bool has_end = text && strncmp(text, partclone, strlen(partclone)) == 0;
	struct buf out = BUF_INIT;

	if (!text || (!has_end && !is_program_name(text, exe)))
		return name(copy, text);
	if (!has_end)
		return keep(copy, text);
	buf_puts(&out, partclone);
	pseudonym_text(&copy->names, text + strlen(partclone),
		strlen(text) - strlen(partclone), &out);
	return finish(copy, &out);
}

/* ---- documents and sources ---- */

static bool document_names(
	const struct pseudonyms *names, const struct document *document, struct buf *out)
{
	switch (document_kind(document->name)) {
	case DOCUMENT_MOUNTINFO:
		mountinfo_rewrite(names, document->bytes, document->len, out);
		return true; /* bad lines are masked in it */
	case DOCUMENT_METADATA:
		return metadata_rewrite(names, document->bytes, document->len, out);
	case DOCUMENT_REPORT:
		return report_rewrite(names, document->bytes, document->len, out);
	case DOCUMENT_LVSCAN:
		lvscan_rewrite(names, document->bytes, document->len, out);
		return true;
	case DOCUMENT_TEXT:
		break;
	}
	return false;
}

static void documents(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_documents; i++) {
		const struct document *document = &from->documents[i];
		struct buf text = BUF_INIT;
		struct document *added;

		if (document_kind(document->name) == DOCUMENT_TEXT)
			continue;
		if (!document_names(&copy->names, document, &text)) {
			text.len = 0;
			buf_puts(&text, MASK "\n");
		}
		added = array_add(&copy->to->documents, &copy->to->n_documents);
		added->name = keep(copy, document->name);
		added->len = text.len;
		added->bytes = finish(copy, &text);
	}
}

static void sources(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_sources; i++) {
		const struct source *source = &from->sources[i];
		struct source *added =
			array_add(&copy->to->sources, &copy->to->n_sources);

		*added = (struct source){keep(copy, source->name), source->outcome,
			*source->detail ? DETAIL_LEFT_OUT : ""};
		if (host_document(from, source->name) &&
			document_kind(source->name) == DOCUMENT_TEXT) {
			added->outcome = OUTCOME_SKIPPED;
			added->detail = LEFT_OUT;
		}
	}
}

/* ---- devices ---- */

static void targets(const struct copy *copy, const struct dm_target *from, size_t n_from,
	struct dm_target **to, size_t *n_to)
{
	for (size_t i = 0; i < n_from; i++) {
		struct dm_target *target = array_add(to, n_to);

		*target = from[i];
		target->type = keep(copy, from[i].type);
		target->params = params(copy, from[i].type, from[i].params);
		target->status = params(copy, "", from[i].status);
	}
}

static void devnos(
	const struct devno *from, size_t n_from, struct devno **to, size_t *n_to)
{
	for (size_t i = 0; i < n_from; i++)
		*array_add(to, n_to) = from[i];
}

static void devices(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_devices; i++) {
		const struct device *device = &from->devices[i];
		struct device *to = array_add(&copy->to->devices, &copy->to->n_devices);

		*to = *device;
		to->name = name(copy, device->name);
		to->uuid = dm_uuid(copy, device->uuid);
		to->targets = to->pending = NULL;
		to->deps = NULL;
		to->n_targets = to->n_pending = to->n_deps = 0;
		targets(copy, device->targets, device->n_targets, &to->targets,
			&to->n_targets);
		targets(copy, device->pending, device->n_pending, &to->pending,
			&to->n_pending);
		devnos(device->deps, device->n_deps, &to->deps, &to->n_deps);
	}
}

static void blocks(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_blocks; i++) {
		const struct block *block = &from->blocks[i];
		struct block *to = array_add(&copy->to->blocks, &copy->to->n_blocks);

		*to = *block;
		to->kname = name(copy, block->kname);
		to->backing_file = name(copy, block->backing_file);
		to->below = NULL;
		to->n_below = 0;
		devnos(block->below, block->n_below, &to->below, &to->n_below);
	}
	for (size_t i = 0; i < from->n_superblocks; i++) {
		struct superblock *to =
			array_add(&copy->to->superblocks, &copy->to->n_superblocks);

		to->devno = from->superblocks[i].devno;
		to->type = type(copy, from->superblocks[i].type);
	}
}

/* "vbd-DOMAIN-DEVICE", "iblock_0/NAME", a kernel name */
static const char *holder_name(
	const struct copy *copy, const struct kernel_holder *holder)
{
	bool is_xen = holder->kind == HOLDER_XEN &&
		      strncmp(holder->name, "vbd-", 4) == 0 &&
		      strspn(holder->name + 4, "0123456789-") == strlen(holder->name + 4);

	return is_xen ? keep(copy, holder->name) : name(copy, holder->name);
}

static void kernel_holders(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_kernel_holders; i++) {
		struct kernel_holder *to =
			array_add(&copy->to->kernel_holders, &copy->to->n_kernel_holders);

		*to = from->kernel_holders[i];
		to->name = holder_name(copy, &from->kernel_holders[i]);
	}
}

static void changes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_changes; i++)
		host_change_add(copy->to, from->changes[i].devno, from->changes[i].kind,
			name(copy, from->changes[i].name));
}

/* ---- mounts and processes ---- */

static void namespaces(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_namespaces; i++) {
		const struct mount_namespace *space = &from->namespaces[i];
		const struct process *process = host_process(from, space->pid);
		struct mount_namespace *to =
			array_add(&copy->to->namespaces, &copy->to->n_namespaces);

		*to = *space;
		to->comm = comm(copy, space->comm, process ? process->exe : "");
		to->pin_path = name(copy, space->pin_path);
	}
}

static void mounts(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_mounts; i++) {
		const struct mount *mount = &from->mounts[i];
		struct mount *to = array_add(&copy->to->mounts, &copy->to->n_mounts);

		*to = *mount;
		to->root = name(copy, mount->root);
		to->target = name(copy, mount->target);
		to->type = type(copy, mount->type);
		to->source = name(copy, mount->source);
		to->options = options(copy, mount->options);
	}
	for (size_t i = 0; i < from->n_swaps; i++) {
		struct swap *to = array_add(&copy->to->swaps, &copy->to->n_swaps);

		to->path = name(copy, from->swaps[i].path);
		to->devno = from->swaps[i].devno;
	}
}

/* Arguments are never kept: what is in them nobody knows. */
static void processes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_processes; i++) {
		const struct process *process = &from->processes[i];
		struct process *to =
			array_add(&copy->to->processes, &copy->to->n_processes);

		*to = *process;
		to->comm = comm(copy, process->comm, process->exe);
		to->exe = is_system_program(process->exe) ? keep(copy, process->exe)
							  : name(copy, process->exe);
		to->cmdline = NULL;
	}
	for (size_t i = 0; i < from->n_uses; i++) {
		struct use *to = array_add(&copy->to->uses, &copy->to->n_uses);

		*to = from->uses[i];
		to->example = name(copy, from->uses[i].example);
	}
}

/* ---- volumes ---- */

static void groups(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_vgs; i++) {
		const struct vg *vg = &from->vgs[i];
		struct vg *to = array_add(&copy->to->vgs, &copy->to->n_vgs);

		*to = *vg;
		to->uuid = keep(copy, vg->uuid);
		to->name = name(copy, vg->name);
		to->system_id = name(copy, vg->system_id);
		to->lock_type = keep(copy, vg->lock_type);
	}
	for (size_t i = 0; i < from->n_pvs; i++) {
		const struct pv *pv = &from->pvs[i];
		struct pv *to = array_add(&copy->to->pvs, &copy->to->n_pvs);

		*to = *pv;
		to->vg_uuid = keep(copy, pv->vg_uuid);
		to->uuid = keep(copy, pv->uuid);
		to->name = name(copy, pv->name);
	}
}

static void segments(const struct copy *copy, const struct lv *from, struct lv *to)
{
	to->segments = NULL;
	to->n_segments = 0;
	for (size_t s = 0; s < from->n_segments; s++) {
		const struct segment *segment = &from->segments[s];
		struct segment *added = array_add(&to->segments, &to->n_segments);

		*added = *segment;
		added->type = keep(copy, segment->type);
		added->stripes = NULL;
		added->n_stripes = 0;
		for (size_t i = 0; i < segment->n_stripes; i++) {
			struct stripe *stripe =
				array_add(&added->stripes, &added->n_stripes);

			*stripe = segment->stripes[i];
			stripe->pv_uuid = keep(copy, stripe->pv_uuid);
			stripe->lv_name = name(copy, stripe->lv_name);
		}
	}
}

static void volumes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_lvs; i++) {
		const struct lv *lv = &from->lvs[i];
		struct lv *to = array_add(&copy->to->lvs, &copy->to->n_lvs);

		*to = *lv;
		to->vg_uuid = keep(copy, lv->vg_uuid);
		to->uuid = keep(copy, lv->uuid);
		to->name = name(copy, lv->name);
		to->origin_uuid = keep(copy, lv->origin_uuid);
		segments(copy, lv, to);
	}
}

/* ---- all ---- */

static void identity(struct copy *copy, const struct identity *from)
{
	struct identity *to = &copy->to->identity;

	*to = *from;
	to->machine_id = keep(copy, from->machine_id);
	to->boot_id = keep(copy, from->boot_id);
	to->node = name(copy, from->node);
	to->kernel = keep(copy, from->kernel);
	to->dm_driver = keep(copy, from->dm_driver);
	to->redaction = keep(copy, copy->names.key->id);
}

static bool fits(
	const struct pseudonyms *names, const char *text, size_t max, bool is_uuid)
{
	struct buf out = BUF_INIT;
	bool is_short;

	if (is_uuid)
		dm_uuid_pseudonyms(names, text, &out);
	else
		pseudonym_text(names, text, strlen(text), &out);
	is_short = out.len <= max || out.len <= strlen(text);
	buf_free(&out);
	return is_short;
}

static bool all_fit(const struct pseudonyms *names, const struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (!fits(names, host->devices[i].name, LVM_NAME_MAX, false) ||
			!fits(names, host->devices[i].uuid, DM_UUID_MAX, true))
			return false;
	for (size_t i = 0; i < host->n_vgs; i++)
		if (!fits(names, host->vgs[i].name, LVM_NAME_MAX, false))
			return false;
	for (size_t i = 0; i < host->n_lvs; i++)
		if (!fits(names, host->lvs[i].name, LVM_NAME_MAX, false))
			return false;
	return true;
}

/* A name of many short words grows. Then all pseudonyms of the host are cut, to the same
 * length, so that they still belong together; one letter is never longer than a word. */
static void length_choose(struct copy *copy, const struct host *host)
{
	copy->names.length = PSEUDONYM_LEN;
	while (copy->names.length > 1 && !all_fit(&copy->names, host))
		copy->names.length--;
}

struct host *redact_names(const struct host *host, const struct redact_key *key)
{
	struct copy copy = {host_new(), {key, host->identity.machine_id, PSEUDONYM_LEN}};

	length_choose(&copy, host);
	identity(&copy, &host->identity);
	documents(&copy, host);
	sources(&copy, host);
	devices(&copy, host);
	blocks(&copy, host);
	kernel_holders(&copy, host);
	changes(&copy, host);
	namespaces(&copy, host);
	mounts(&copy, host);
	processes(&copy, host);
	groups(&copy, host);
	volumes(&copy, host);
	host_sort(copy.to);
	return copy.to;
}

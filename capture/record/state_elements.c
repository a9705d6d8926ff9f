/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of state.xml: a function for each that takes it into the host, and behind
 * them the rules, a row for each, that say where it may be. A new attribute has its line
 * in state.rng, in the row, in the function and in state_write.c.
 *
 * Input:  an element that fits its row. Output: one thing more in the host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/SAX2.h>

#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/ledger.h"
#include "snapstate/stamp.h"
#include "state_reader.h"

/* ---- attributes ---- */

void reader_fail(struct reader *r, const char *attribute, const char *rule)
{
	if (r->status == 0)
		r->status = err_set(r->err, -EBADMSG, "line %d: %s: %s %s",
			xmlSAX2GetLineNumber(r->xml), r->element, attribute, rule);
}

/* NULL: it was left out, as only some may be (see the rules below). */
static const struct attribute *find(const struct reader *r, const char *attribute)
{
	for (size_t i = 0; i < r->n_attributes; i++)
		if (strcmp(r->attributes[i].name, attribute) == 0)
			return &r->attributes[i];
	return NULL;
}

static bool has(const struct reader *r, const char *attribute)
{
	return find(r, attribute);
}

/* NULL after a failure. */
static const char *take(struct reader *r, const char *attribute)
{
	const struct attribute *found = r->status == 0 ? find(r, attribute) : NULL;

	if (!found)
		reader_fail(r, attribute, "is missing");
	return found ? found->value : NULL;
}

static const char *take_text(struct reader *r, const char *attribute)
{
	const char *escaped = take(r, attribute);
	size_t len = escaped ? strlen(escaped) : 0;
	const char *text = "";
	char *plain;

	if (!escaped)
		return "";
	if (strcmp(escaped, "-") != 0 && !memchr(escaped, '\\', len) &&
		!memchr(escaped, '"', len))
		return host_string_n(r->host, escaped, len);
	if (word_decode(escaped, len, &plain) == 0) {
		text = host_string(r->host, plain);
		free(plain);
	} else {
		reader_fail(r, attribute, "is not escaped as it should be");
	}
	return text;
}

static uint64_t take_number(struct reader *r, const char *attribute, uint64_t max)
{
	const char *text = take(r, attribute);
	uint64_t value = 0;

	if (text && (parse_u64(text, strlen(text), 10, &value) < 0 || value > max)) {
		reader_fail(r, attribute, "is not a number, or too large");
		value = 0;
	}
	return value;
}

static uint32_t take_u32(struct reader *r, const char *attribute)
{
	return (uint32_t)take_number(r, attribute, UINT32_MAX);
}

static struct file_at take_file_at(struct reader *r)
{
	const char *text = has(r, "file-on") ? take(r, "file-on") : NULL;
	struct file_at file = {.place = FILE_BY_PATH};

	if (!text)
		return file;
	file.place = FILE_FOUND;
	if (strcmp(text, FILE_ON_UNPLACED) == 0)
		file.place = FILE_UNPLACED;
	else if (strcmp(text, "-") != 0 &&
		 (parse_devno(text, strlen(text), &file.devno) < 0 ||
			 devno_is_none(file.devno)))
		reader_fail(r, "file-on", "is not a device number");
	return file;
}

static struct devno take_devno(struct reader *r, bool can_be_none)
{
	const char *text = take(r, "devno");
	struct devno devno = DEVNO_NONE;

	if (text && !(can_be_none && strcmp(text, "-") == 0) &&
		(parse_devno(text, strlen(text), &devno) < 0 || devno_is_none(devno)))
		reader_fail(r, "devno", "is not a device number");
	return devno;
}

#define REST_MAX (UINT64_C(16) * UINT32_MAX) /* far beyond six counts of 32 bits */

/* ---- elements ---- */

static void read_identity(struct reader *r)
{
	struct identity *identity = &r->host->identity;

	identity->machine_id = take_text(r, "machine-id");
	identity->boot_id = take_text(r, "boot-id");
	identity->node = take_text(r, "node");
	identity->kernel = take_text(r, "kernel");
	identity->dm_driver = take_text(r, "dm-driver");
	identity->ticks = take_u32(r, "ticks");
	if (has(r, "redaction"))
		identity->redaction = take_text(r, "redaction");
}

static void read_moment(struct reader *r)
{
	const char *taken = take(r, "taken");

	if (taken && stamp_read(taken, &r->host->identity.taken) < 0)
		reader_fail(r, "taken", "is not a time");
	r->host->identity.uptime = take_number(r, "uptime", UINT64_MAX);
	if (has(r, "uevents"))
		r->host->identity.uevents = take_number(r, "uevents", UINT64_MAX);
	if (has(r, "uevents-after"))
		r->host->identity.uevents_after =
			take_number(r, "uevents-after", UINT64_MAX);
}

static void read_source(struct reader *r)
{
	struct source *source = array_add(&r->host->sources, &r->host->n_sources);
	const char *outcome;

	source->name = take_text(r, "name");
	source->detail = take_text(r, "detail");
	outcome = take(r, "outcome");
	if (outcome && outcome_parse(outcome, &source->outcome) < 0)
		reader_fail(r, "outcome", "is not known");
}

static void read_device(struct reader *r)
{
	struct device *device = array_add(&r->host->devices, &r->host->n_devices);
	const char *flags;

	device->devno = take_devno(r, false);
	device->name = take_text(r, "name");
	device->uuid = take_text(r, "uuid");
	device->diskseq = take_number(r, "diskseq", UINT64_MAX);
	device->open_count = take_u32(r, "open");
	flags = take(r, "flags");
	if (flags && device_flags_read(flags, &device->flags) < 0)
		reader_fail(r, "flags", "are not known or not in order");
}

static struct device *last_device(struct reader *r)
{
	if (r->host->n_devices)
		return &r->host->devices[r->host->n_devices - 1];
	reader_fail(r, "stands", "outside of a device");
	return NULL;
}

static void fill_target(struct reader *r, struct dm_target *target)
{
	target->start = take_number(r, "start", UINT64_MAX);
	target->length = take_number(r, "length", UINT64_MAX);
	target->type = take_text(r, "type");
	target->params = take_text(r, "params");
	target->status = "";
}

static void read_target(struct reader *r)
{
	struct device *device = last_device(r);
	struct dm_target *target;

	if (!device)
		return;
	target = array_add(&device->targets, &device->n_targets);
	fill_target(r, target);
	target->status = take_text(r, "status");
}

static void read_inactive(struct reader *r)
{
	struct device *device = last_device(r);

	if (device)
		fill_target(r, array_add(&device->inactive, &device->n_inactive));
}

static void read_dep(struct reader *r)
{
	struct device *device = last_device(r);

	if (device)
		*array_add(&device->deps, &device->n_deps) = take_devno(r, false);
}

static int64_t take_rest(struct reader *r)
{
	const char *text = take(r, "rest");
	uint64_t value = 0;
	bool is_negative = text && *text == '-';

	if (text && (parse_u64(text + is_negative, strlen(text + is_negative), 10,
			     &value) < 0 ||
			    value > REST_MAX || (is_negative && !value))) {
		reader_fail(r, "rest", "is not a number, or too large");
		value = 0;
	}
	return is_negative ? -(int64_t)value : (int64_t)value;
}

/* Derived from the rest of the archive, so not a part of the model; but what a person
 * reads there has at least to add up. */
static void read_ledger(struct reader *r)
{
	const struct device *device = last_device(r);
	struct ledger ledger = {.tables = take_u32(r, "tables"),
		.file_systems = take_u32(r, "file-systems"),
		.swaps = take_u32(r, "swaps"),
		.blocks = take_u32(r, "blocks"),
		.nodes = take_u32(r, "nodes"),
		.unexplained = take_rest(r)};

	if (!device)
		return;
	ledger.open = device->open_count;
	if (ledger_unexplained(&ledger) != ledger.unexplained)
		reader_fail(r, "rest", "is not what the open count leaves");
}

/* Missing where it is "". */
static const char *take_transport(struct reader *r)
{
	const char *text = has(r, "transport") ? take_text(r, "transport") : "";
	const char *transport = block_transport(text);

	if (!transport)
		reader_fail(r, "transport", "is not known");
	return transport ? transport : "";
}

static void read_block(struct reader *r)
{
	struct block *block = array_add(&r->host->blocks, &r->host->n_blocks);
	const char *kind;

	block->devno = take_devno(r, false);
	block->kname = take_text(r, "kname");
	block->size = take_number(r, "size", UINT64_MAX);
	block->backing_file = take_text(r, "backing-file");
	block->transport = take_transport(r);
	kind = take(r, "kind");
	if (kind && block_kind_parse(kind, &block->kind) < 0)
		reader_fail(r, "kind", "is not known");
	if (has(r, "diskseq"))
		block->diskseq = take_number(r, "diskseq", UINT64_MAX);
	if (has(r, "uuid"))
		block->uuid = take_text(r, "uuid");
	if (has(r, "level"))
		block->level = take_text(r, "level");
	if (has(r, "state"))
		block->state = take_text(r, "state");
	if (has(r, "sync"))
		block->sync = take_text(r, "sync");
	if (has(r, "missing"))
		block->missing = take_u32(r, "missing");
	block->file = take_file_at(r);
}

static void read_below(struct reader *r)
{
	struct block *block;

	if (!r->host->n_blocks) {
		reader_fail(r, "stands", "outside of a block");
		return;
	}
	block = &r->host->blocks[r->host->n_blocks - 1];
	*array_add(&block->below, &block->n_below) = take_devno(r, false);
}

static void read_superblock(struct reader *r)
{
	struct superblock *superblock =
		array_add(&r->host->superblocks, &r->host->n_superblocks);

	superblock->devno = take_devno(r, false);
	superblock->type = take_text(r, "type");
}

static void read_namespace(struct reader *r)
{
	struct mount_namespace *namespace =
		array_add(&r->host->namespaces, &r->host->n_namespaces);
	const char *of_host = take(r, "of-host");

	namespace->is_host = of_host && strcmp(of_host, "yes") == 0;
	namespace->id = take_number(r, "id", UINT64_MAX);
	namespace->pid = take_u32(r, "pid");
	if (has(r, "comm"))
	namespace->comm = take_text(r, "comm");
	if (has(r, "pin-pid"))
	namespace->pin_pid = take_u32(r, "pin-pid");
	if (has(r, "pin-path"))
	namespace->pin_path = take_text(r, "pin-path");
}

static void read_swap(struct reader *r)
{
	struct swap *swap = array_add(&r->host->swaps, &r->host->n_swaps);

	swap->path = take_text(r, "path");
	swap->devno = take_devno(r, true);
	if (has(r, "size"))
		swap->size = take_number(r, "size", UINT64_MAX);
	swap->has_used = has(r, "used");
	if (swap->has_used)
		swap->used = take_number(r, "used", UINT64_MAX);
	swap->file = take_file_at(r);
}

static void read_process(struct reader *r)
{
	struct process *process = array_add(&r->host->processes, &r->host->n_processes);

	process->pid = take_u32(r, "pid");
	process->start = take_number(r, "start", UINT64_MAX);
	process->comm = take_text(r, "comm");
	process->exe = take_text(r, "exe");
	process->uid = take_u32(r, "uid");
	process->mount_namespace = take_number(r, "mount-namespace", UINT64_MAX);
	if (has(r, "exe-of-root")) {
		const char *of_root = take(r, "exe-of-root");

		process->is_exe_of_root = of_root && strcmp(of_root, "yes") == 0;
	}
	if (has(r, "of-udev")) {
		const char *of_udev = take(r, "of-udev");

		process->is_of_udev = of_udev && strcmp(of_udev, "yes") == 0;
	}
	if (has(r, "cmdline"))
		process->cmdline = take_text(r, "cmdline");
}

static void read_use(struct reader *r)
{
	struct use *use = array_add(&r->host->uses, &r->host->n_uses);
	const char *kind;

	use->pid = take_u32(r, "pid");
	use->devno = take_devno(r, false);
	use->count = take_u32(r, "count");
	use->example = take_text(r, "example");
	kind = take(r, "kind");
	if (kind && use_kind_parse(kind, &use->kind) < 0)
		reader_fail(r, "kind", "is not known");
}

static void read_kernel_holder(struct reader *r)
{
	struct kernel_holder *holder =
		array_add(&r->host->kernel_holders, &r->host->n_kernel_holders);
	const char *kind;

	holder->devno = take_devno(r, true);
	holder->name = take_text(r, "name");
	if (has(r, "namespace"))
		holder->namespace_id = take_number(r, "namespace", UINT64_MAX);
	if (has(r, "within")) {
		const char *within = take(r, "within");

		holder->is_within = within && strcmp(within, "yes") == 0;
	}
	kind = take(r, "kind");
	if (kind && holder_kind_parse(kind, &holder->kind) < 0)
		reader_fail(r, "kind", "is not known");
}

static void read_change(struct reader *r)
{
	struct change *change = array_add(&r->host->changes, &r->host->n_changes);

	const char *kind;

	change->devno = take_devno(r, false);
	change->name = take_text(r, "name");
	kind = take(r, "kind");
	if (kind && change_kind_parse(kind, &change->kind) < 0)
		reader_fail(r, "kind", "is not known");
}

static void read_fstab_entry(struct reader *r)
{
	struct fstab_entry *entry = array_add(&r->host->fstab, &r->host->n_fstab);
	const char *automatic = take(r, "automatic");

	entry->is_automatic = automatic && strcmp(automatic, "yes") == 0;
	entry->line = take_u32(r, "line");
	entry->source = take_text(r, "source");
	entry->target = take_text(r, "target");
	entry->type = take_text(r, "type");
}

static void read_config(struct reader *r)
{
	struct config_entry *entry = array_add(&r->host->configs, &r->host->n_configs);
	const char *kind = take(r, "kind");

	entry->file = take_text(r, "file");
	entry->line = take_u32(r, "line");
	entry->device = take_text(r, "device");
	entry->target = take_text(r, "target");
	if (kind && config_kind_parse(kind, &entry->kind) < 0)
		reader_fail(r, "kind", "is not known");
}

/* ---- which may be where, with which attributes: as in state.rng ---- */

/* clang-format off: one attribute a line */
#define END                                                                              \
	{                                                                                \
		NULL, VALUE_WORD, false                                                  \
	}

static const struct element_rule element_identity = {
	.name = "identity",
	.occurs = ONCE,
	.attributes = (const struct attribute_rule[]){{"machine-id", VALUE_WORD, false},
		{"boot-id", VALUE_WORD, false}, {"node", VALUE_WORD, false},
		{"kernel", VALUE_WORD, false}, {"dm-driver", VALUE_WORD, false},
		{"ticks", VALUE_NUMBER, false}, {"redaction", VALUE_REDACTION, true},
		END},
	.take = read_identity,
};

static const struct element_rule element_moment = {
	.name = "moment",
	.occurs = ONCE,
	.attributes = (const struct attribute_rule[]){{"taken", VALUE_STAMP, false},
		{"uptime", VALUE_NUMBER, false}, {"uevents", VALUE_NUMBER, true},
		{"uevents-after", VALUE_NUMBER, true}, END},
	.take = read_moment,
};

static const struct element_rule element_source = {
	.name = "source",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"name", VALUE_SOURCE_NAME, false},
		{"outcome", VALUE_OUTCOME, false}, {"detail", VALUE_TAIL, false}, END},
	.take = read_source,
};

static const struct element_rule element_sources = {
	.name = "sources",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_source, NULL},
};

static const struct element_rule element_target = {
	.name = "target",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"start", VALUE_NUMBER, false},
		{"length", VALUE_NUMBER, false}, {"type", VALUE_WORD, false},
		{"params", VALUE_TAIL, false}, {"status", VALUE_TAIL, false}, END},
	.take = read_target,
};

static const struct element_rule element_inactive = {
	.name = "pending",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"start", VALUE_NUMBER, false},
		{"length", VALUE_NUMBER, false}, {"type", VALUE_WORD, false},
		{"params", VALUE_TAIL, false}, END},
	.take = read_inactive,
};

static const struct element_rule element_dep = {
	.name = "dep",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false}, END},
	.take = read_dep,
};

static const struct element_rule element_ledger = {
	.name = "ledger",
	.occurs = OPTIONAL,
	.attributes = (const struct attribute_rule[]){{"tables", VALUE_NUMBER, false},
		{"file-systems", VALUE_NUMBER, false}, {"swaps", VALUE_NUMBER, false},
		{"blocks", VALUE_NUMBER, false}, {"nodes", VALUE_NUMBER, false},
		{"rest", VALUE_REST, false}, END},
	.take = read_ledger,
};

static const struct element_rule element_device = {
	.name = "device",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false},
		{"name", VALUE_WORD, false}, {"uuid", VALUE_WORD, false},
		{"diskseq", VALUE_NUMBER, false}, {"open", VALUE_NUMBER, false},
		{"flags", VALUE_FLAGS, false}, END},
	.children = (const struct element_rule *const[]){&element_target,
		&element_inactive, &element_dep, &element_ledger, NULL},
	.take = read_device,
};

static const struct element_rule element_devices = {
	.name = "devices",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_device, NULL},
};

static const struct element_rule element_below = {
	.name = "below",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false}, END},
	.take = read_below,
};

static const struct element_rule element_block = {
	.name = "block",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false},
		{"kname", VALUE_WORD, false}, {"kind", VALUE_BLOCK_KIND, false},
		{"size", VALUE_NUMBER, false}, {"backing-file", VALUE_WORD, false},
		{"transport", VALUE_TRANSPORT, true}, {"diskseq", VALUE_NUMBER, true},
		{"uuid", VALUE_WORD, true}, {"level", VALUE_WORD, true},
		{"state", VALUE_WORD, true}, {"sync", VALUE_WORD, true},
		{"missing", VALUE_NUMBER, true}, {"file-on", VALUE_FILE_ON, true}, END},
	.children = (const struct element_rule *const[]){&element_below, NULL},
	.take = read_block,
};

static const struct element_rule element_blocks = {
	.name = "blocks",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_block, NULL},
};

static const struct element_rule element_superblock = {
	.name = "superblock",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false},
		{"type", VALUE_WORD, false}, END},
	.take = read_superblock,
};

static const struct element_rule element_superblocks = {
	.name = "superblocks",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_superblock, NULL},
};

static const struct element_rule element_namespace = {
	.name = "namespace",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"id", VALUE_NUMBER, false},
		{"pid", VALUE_NUMBER, false}, {"of-host", VALUE_YES_NO, false},
		{"comm", VALUE_WORD, true}, {"pin-pid", VALUE_NUMBER, true},
		{"pin-path", VALUE_WORD, true}, END},
	.take = read_namespace,
};

static const struct element_rule element_namespaces = {
	.name = "namespaces",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_namespace, NULL},
};

static const struct element_rule element_swap = {
	.name = "swap",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"path", VALUE_WORD, false},
		{"devno", VALUE_DEVNO_OR_NONE, false}, {"size", VALUE_NUMBER, true},
		{"used", VALUE_NUMBER, true}, {"file-on", VALUE_FILE_ON, true}, END},
	.take = read_swap,
};

static const struct element_rule element_swaps = {
	.name = "swaps",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_swap, NULL},
};

static const struct element_rule element_process = {
	.name = "process",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"pid", VALUE_NUMBER, false},
		{"start", VALUE_NUMBER, false}, {"comm", VALUE_WORD, false},
		{"exe", VALUE_WORD, false}, {"uid", VALUE_NUMBER, false},
		{"mount-namespace", VALUE_NUMBER, false},
		{"exe-of-root", VALUE_YES_NO, true}, {"of-udev", VALUE_YES_NO, true},
		{"cmdline", VALUE_WORD, true}, END},
	.take = read_process,
};

static const struct element_rule element_processes = {
	.name = "processes",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_process, NULL},
};

static const struct element_rule element_use = {
	.name = "use",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"pid", VALUE_NUMBER, false},
		{"kind", VALUE_USE_KIND, false}, {"devno", VALUE_DEVNO, false},
		{"count", VALUE_NUMBER, false}, {"example", VALUE_WORD, false}, END},
	.take = read_use,
};

static const struct element_rule element_uses = {
	.name = "uses",
	.occurs = ONCE,
	.children = (const struct element_rule *const[]){&element_use, NULL},
};

static const struct element_rule element_kernel_holder = {
	.name = "kernel-holder",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO_OR_NONE,
							      false},
		{"kind", VALUE_HOLDER_KIND, false}, {"name", VALUE_WORD, false},
		{"namespace", VALUE_NUMBER, true}, {"within", VALUE_YES_NO, true}, END},
	.take = read_kernel_holder,
};

static const struct element_rule element_change = {
	.name = "change",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"devno", VALUE_DEVNO, false},
		{"kind", VALUE_CHANGE_KIND, false}, {"name", VALUE_WORD, false}, END},
	.take = read_change,
};

static const struct element_rule element_fstab_entry = {
	.name = "fstab-entry",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"line", VALUE_NUMBER, false},
		{"automatic", VALUE_YES_NO, false}, {"source", VALUE_WORD, false},
		{"target", VALUE_WORD, false}, {"type", VALUE_WORD, false}, END},
	.take = read_fstab_entry,
};

static const struct element_rule element_config = {
	.name = "config",
	.occurs = MANY,
	.attributes = (const struct attribute_rule[]){{"file", VALUE_WORD, false},
		{"line", VALUE_NUMBER, false}, {"kind", VALUE_CONFIG_KIND, false},
		{"device", VALUE_WORD, false}, {"target", VALUE_WORD, false}, END},
	.take = read_config,
};

const struct element_rule state_root = {
	.name = "state",
	.occurs = ONCE,
	.attributes =
		(const struct attribute_rule[]){{"version", VALUE_VERSION, false}, END},
	.children = (const struct element_rule *const[]){&element_identity,
		&element_moment, &element_sources, &element_devices, &element_blocks,
		&element_superblocks, &element_namespaces, &element_swaps,
		&element_processes, &element_uses, &element_kernel_holder,
		&element_change, &element_fstab_entry, &element_config, NULL},
};
/* clang-format on */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of state.xml, one function each; see state.rng.
 *
 * Input:  the element on which the reader stands. Output: one thing more in the host.
 * Invariant: nothing relies on the schema, whose verdict may come later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/ledger.h"
#include "snapstate/record.h"
#include "state_reader.h"
#include "snapstate/stamp.h"
#include "state_words.h"

/* ---- attributes ---- */

/* Of the node, since the parser is some lines ahead; nodes count to 65535 only. */
static int line_of_node(xmlTextReaderPtr xml)
{
	xmlNodePtr node = xmlTextReaderCurrentNode(xml);
	long line = node ? xmlGetLineNo(node) : 0;

	return line > 0 && line < 65535 ? (int)line
					: xmlTextReaderGetParserLineNumber(xml);
}

void reader_fail(struct reader *r, const char *attribute, const char *rule)
{
	const xmlChar *name = xmlTextReaderConstLocalName(r->xml);

	if (r->status == 0)
		r->status = err_set(r->err, -EBADMSG, "line %d: %s: %s %s",
			line_of_node(r->xml), name ? (const char *)name : "end",
			attribute, rule);
}

/* NULL after a failure. */
static char *take(struct reader *r, const char *attribute)
{
	xmlChar *text = NULL;

	if (r->status == 0) {
		text = xmlTextReaderGetAttribute(r->xml, BAD_CAST attribute);
		if (!text)
			reader_fail(r, attribute, "is missing");
	}
	return (char *)text;
}

/* For attributes that may be left out. */
static bool has(struct reader *r, const char *attribute)
{
	xmlChar *text = xmlTextReaderGetAttribute(r->xml, BAD_CAST attribute);

	xmlFree(text);
	return text != NULL;
}

static const char *take_text(struct reader *r, const char *attribute)
{
	char *escaped = take(r, attribute);
	const char *text = "";
	char *plain;

	if (escaped && word_decode(escaped, strlen(escaped), &plain) == 0) {
		text = host_string(r->host, plain);
		free(plain);
	} else if (escaped) {
		reader_fail(r, attribute, "is not escaped as it should be");
	}
	xmlFree(escaped);
	return text;
}

static uint64_t take_number(struct reader *r, const char *attribute, uint64_t max)
{
	char *text = take(r, attribute);
	uint64_t value = 0;

	if (text && (parse_u64(text, strlen(text), 10, &value) < 0 || value > max)) {
		reader_fail(r, attribute, "is no number or too large");
		value = 0;
	}
	xmlFree(text);
	return value;
}

static uint32_t take_u32(struct reader *r, const char *attribute)
{
	return (uint32_t)take_number(r, attribute, UINT32_MAX);
}

static struct devno take_devno(struct reader *r, bool can_be_none)
{
	char *text = take(r, "devno");
	struct devno devno = DEVNO_NONE;

	if (text && !(can_be_none && strcmp(text, "-") == 0) &&
		(parse_devno(text, strlen(text), &devno) < 0 || devno_is_none(devno)))
		reader_fail(r, "devno", "is no device number");
	xmlFree(text);
	return devno;
}

#define REST_MAX (UINT64_C(16) * UINT32_MAX) /* far beyond six counts of 32 bits */

/* ---- elements ---- */

static void read_state(struct reader *r)
{
	char *version = take(r, "version");

	if (version && strcmp(version, STATE_VERSION) != 0)
		reader_fail(r, "version", "is not " STATE_VERSION);
	xmlFree(version);
}

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
	char *taken = take(r, "taken");

	if (taken && stamp_read(taken, &r->host->identity.taken) < 0)
		reader_fail(r, "taken", "is no time");
	xmlFree(taken);
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
	char *outcome;

	source->name = take_text(r, "name");
	source->detail = take_text(r, "detail");
	outcome = take(r, "outcome");
	if (outcome && outcome_parse(outcome, &source->outcome) < 0)
		reader_fail(r, "outcome", "is not known");
	xmlFree(outcome);
}

static void read_device(struct reader *r)
{
	struct device *device = array_add(&r->host->devices, &r->host->n_devices);
	char *flags;

	device->devno = take_devno(r, false);
	device->name = take_text(r, "name");
	device->uuid = take_text(r, "uuid");
	device->diskseq = take_number(r, "diskseq", UINT64_MAX);
	device->open_count = take_u32(r, "open");
	flags = take(r, "flags");
	if (flags && device_flags_read(flags, &device->flags) < 0)
		reader_fail(r, "flags", "are not known or not in order");
	xmlFree(flags);
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

static void read_pending(struct reader *r)
{
	struct device *device = last_device(r);

	if (device)
		fill_target(r, array_add(&device->pending, &device->n_pending));
}

static void read_dep(struct reader *r)
{
	struct device *device = last_device(r);

	if (device)
		*array_add(&device->deps, &device->n_deps) = take_devno(r, false);
}

static int64_t take_rest(struct reader *r)
{
	char *text = take(r, "rest");
	uint64_t value = 0;
	bool is_negative = text && *text == '-';

	if (text && (parse_u64(text + is_negative, strlen(text + is_negative), 10,
			     &value) < 0 ||
			    value > REST_MAX || (is_negative && !value))) {
		reader_fail(r, "rest", "is no number or too large");
		value = 0;
	}
	xmlFree(text);
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
		.rest = take_rest(r)};

	if (!device)
		return;
	ledger.open = device->open_count;
	if (ledger_rest(&ledger) != ledger.rest)
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
	char *kind;

	block->devno = take_devno(r, false);
	block->kname = take_text(r, "kname");
	block->size = take_number(r, "size", UINT64_MAX);
	block->backing_file = take_text(r, "backing-file");
	block->transport = take_transport(r);
	kind = take(r, "kind");
	if (kind && block_kind_parse(kind, &block->kind) < 0)
		reader_fail(r, "kind", "is not known");
	xmlFree(kind);
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
	char *of_host = take(r, "of-host");

	namespace->is_host = of_host && strcmp(of_host, "yes") == 0;
	namespace->id = take_number(r, "id", UINT64_MAX);
	namespace->pid = take_u32(r, "pid");
	if (has(r, "comm"))
	namespace->comm = take_text(r, "comm");
	if (has(r, "pin-pid"))
	namespace->pin_pid = take_u32(r, "pin-pid");
	if (has(r, "pin-path"))
	namespace->pin_path = take_text(r, "pin-path");
	xmlFree(of_host);
}

static void read_swap(struct reader *r)
{
	struct swap *swap = array_add(&r->host->swaps, &r->host->n_swaps);

	swap->path = take_text(r, "path");
	swap->devno = take_devno(r, true);
	swap->has_used = has(r, "used");
	if (swap->has_used)
		swap->used = take_number(r, "used", UINT64_MAX);
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
	if (has(r, "cmdline"))
		process->cmdline = take_text(r, "cmdline");
}

static void read_use(struct reader *r)
{
	struct use *use = array_add(&r->host->uses, &r->host->n_uses);
	char *kind;

	use->pid = take_u32(r, "pid");
	use->devno = take_devno(r, false);
	use->count = take_u32(r, "count");
	use->example = take_text(r, "example");
	kind = take(r, "kind");
	if (kind && use_kind_parse(kind, &use->kind) < 0)
		reader_fail(r, "kind", "is not known");
	xmlFree(kind);
}

static void read_kernel_holder(struct reader *r)
{
	struct kernel_holder *holder =
		array_add(&r->host->kernel_holders, &r->host->n_kernel_holders);
	char *kind;

	holder->devno = take_devno(r, false);
	holder->name = take_text(r, "name");
	kind = take(r, "kind");
	if (kind && holder_kind_parse(kind, &holder->kind) < 0)
		reader_fail(r, "kind", "is not known");
	xmlFree(kind);
}

static void read_change(struct reader *r)
{
	struct change *change = array_add(&r->host->changes, &r->host->n_changes);

	char *kind;

	change->devno = take_devno(r, false);
	change->name = take_text(r, "name");
	kind = take(r, "kind");
	if (kind && change_kind_parse(kind, &change->kind) < 0)
		reader_fail(r, "kind", "is not known");
	xmlFree(kind);
}

static void read_fstab_entry(struct reader *r)
{
	struct fstab_entry *entry = array_add(&r->host->fstab, &r->host->n_fstab);
	char *automatic = take(r, "automatic");

	entry->is_automatic = automatic && strcmp(automatic, "yes") == 0;
	xmlFree(automatic);
	entry->line = take_u32(r, "line");
	entry->source = take_text(r, "source");
	entry->target = take_text(r, "target");
	entry->type = take_text(r, "type");
}

static const struct {
	const char *name;
	void (*read)(struct reader *); /* NULL: only holds others */
} elements[] = {
	{"below", read_below},
	{"block", read_block},
	{"blocks", NULL},
	{"change", read_change},
	{"dep", read_dep},
	{"device", read_device},
	{"devices", NULL},
	{"fstab-entry", read_fstab_entry},
	{"identity", read_identity},
	{"kernel-holder", read_kernel_holder},
	{"ledger", read_ledger},
	{"moment", read_moment},
	{"namespace", read_namespace},
	{"namespaces", NULL},
	{"pending", read_pending},
	{"process", read_process},
	{"processes", NULL},
	{"source", read_source},
	{"sources", NULL},
	{"state", read_state},
	{"superblock", read_superblock},
	{"superblocks", NULL},
	{"swap", read_swap},
	{"swaps", NULL},
	{"target", read_target},
	{"use", read_use},
	{"uses", NULL},
};

void reader_take_element(struct reader *r)
{
	const char *name = (const char *)xmlTextReaderConstName(r->xml);

	if (xmlTextReaderDepth(r->xml) > RECORD_XML_DEPTH_MAX) {
		reader_fail(r, "is", "nested too deep");
		return;
	}
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp(elements[i].name, name) == 0) {
			if (elements[i].read)
				elements[i].read(r);
			return;
		}
	reader_fail(r, "is", "no element of state.xml");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model -> state.xml, by libxml2's text writer; the grammar is state.rng, the reader
 * state_read.c.
 *
 * Input:  a host. Output: printable ASCII, one element per line.
 * Invariants: the same host gives the same bytes, whatever order its arrays are in; what
 * comes from documents (mounts, VGs, PVs, LVs) is not written twice.
 */
#include <errno.h>
#include <libxml/xmlwriter.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/ledger.h"
#include "snapstate/record.h"
#include "snapstate/stamp.h"
#include "state_words.h"

struct writer {
	xmlTextWriterPtr xml;
	struct buf word; /* scratch */
	bool has_failed; /* sticky: only out of memory is possible */
};

static void begin(struct writer *w, const char *element)
{
	w->has_failed |= xmlTextWriterStartElement(w->xml, BAD_CAST element) < 0;
}

static void end(struct writer *w)
{
	w->has_failed |= xmlTextWriterEndElement(w->xml) < 0;
}

static void put(struct writer *w, const char *attribute, const char *text)
{
	w->has_failed |= xmlTextWriterWriteAttribute(
				 w->xml, BAD_CAST attribute, BAD_CAST text) < 0;
}

/* Writes the scratch buffer, and empties it. */
static void put_scratch(struct writer *w, const char *attribute)
{
	put(w, attribute, buf_text(&w->word));
	buf_free(&w->word);
}

static void put_word(struct writer *w, const char *attribute, const char *text)
{
	buf_word(&w->word, text);
	put_scratch(w, attribute);
}

static void put_tail(struct writer *w, const char *attribute, const char *text)
{
	buf_tail(&w->word, text);
	put_scratch(w, attribute);
}

static void put_number(struct writer *w, const char *attribute, uint64_t value)
{
	buf_printf(&w->word, "%llu", (unsigned long long)value);
	put_scratch(w, attribute);
}

static void put_devno(struct writer *w, const char *attribute, struct devno devno)
{
	buf_devno(&w->word, devno);
	put_scratch(w, attribute);
}

static void put_devno_or_none(struct writer *w, const char *attribute, struct devno devno)
{
	if (devno_is_none(devno))
		put(w, attribute, "-");
	else
		put_devno(w, attribute, devno);
}

static void write_devnos(
	struct writer *w, const char *element, const struct devno *devnos, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		begin(w, element);
		put_devno(w, "devno", devnos[i]);
		end(w);
	}
}

static void write_identity(struct writer *w, const struct identity *identity)
{
	begin(w, "identity");
	put_word(w, "machine-id", identity->machine_id);
	put_word(w, "boot-id", identity->boot_id);
	put_word(w, "node", identity->node);
	put_word(w, "kernel", identity->kernel);
	put_word(w, "dm-driver", identity->dm_driver);
	put_number(w, "ticks", identity->ticks);
	if (*identity->redaction)
		put_word(w, "redaction", identity->redaction);
	end(w);
	begin(w, "moment");
	w->has_failed |= stamp_write(identity->taken, &w->word) < 0;
	put_scratch(w, "taken");
	put_number(w, "uptime", identity->uptime);
	if (identity->uevents)
		put_number(w, "uevents", identity->uevents);
	if (identity->uevents_after)
		put_number(w, "uevents-after", identity->uevents_after);
	end(w);
}

static void write_sources(struct writer *w, const struct host *host)
{
	begin(w, "sources");
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];

		begin(w, "source");
		put_word(w, "name", source->name);
		put(w, "outcome", outcome_name(source->outcome));
		put_tail(w, "detail", source->detail);
		end(w);
	}
	end(w);
}

static void write_targets(struct writer *w, const char *element,
	const struct dm_target *targets, size_t count, bool has_status)
{
	for (size_t i = 0; i < count; i++) {
		begin(w, element);
		put_number(w, "start", targets[i].start);
		put_number(w, "length", targets[i].length);
		put_word(w, "type", targets[i].type);
		put_tail(w, "params", targets[i].params);
		if (has_status)
			put_tail(w, "status", targets[i].status);
		end(w);
	}
}

/* For people and other tools; readers of this project count again. */
static void write_ledger(
	struct writer *w, const struct host *host, const struct device *device)
{
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	begin(w, "ledger");
	put_number(w, "tables", ledger.tables);
	put_number(w, "file-systems", ledger.file_systems);
	put_number(w, "swaps", ledger.swaps);
	put_number(w, "blocks", ledger.blocks);
	put_number(w, "nodes", ledger.nodes);
	buf_printf(&w->word, "%lld", (long long)ledger.unexplained);
	put_scratch(w, "rest");
	end(w);
}

static void write_devices(struct writer *w, const struct host *host)
{
	/* else nobody counted the opens */
	bool has_ledger = host_source_is_read(host, "dm");

	begin(w, "devices");
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];

		begin(w, "device");
		put_devno(w, "devno", device->devno);
		put_word(w, "name", device->name);
		put_word(w, "uuid", device->uuid);
		put_number(w, "diskseq", device->diskseq);
		put_number(w, "open", device->open_count);
		device_flags_write(device->flags, &w->word);
		put_scratch(w, "flags");
		write_targets(w, "target", device->targets, device->n_targets, true);
		write_targets(w, "pending", device->inactive, device->n_inactive, false);
		write_devnos(w, "dep", device->deps, device->n_deps);
		if (has_ledger)
			write_ledger(w, host, device);
		end(w);
	}
	end(w);
}

/* "254:4", "-" where it is on no block device, "unplaced"; nothing where it was not asked. */
static void put_file_at(struct writer *w, const struct file_at *file)
{
	switch (file->place) {
	case FILE_BY_PATH:
		return;
	case FILE_FOUND:
		put_devno_or_none(w, "file-on", file->devno);
		return;
	case FILE_UNPLACED:
		put(w, "file-on", FILE_ON_UNPLACED);
		return;
	}
}

/* Written only where known: the first captures did not have them. */
static void write_block_details(struct writer *w, const struct block *block)
{
	const struct {
		const char *name, *text;
	} words[] = {
		{"uuid", block->uuid},
		{"level", block->level},
		{"state", block->state},
		{"sync", block->sync},
	};

	if (block->diskseq)
		put_number(w, "diskseq", block->diskseq);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].text)
			put_word(w, words[i].name, words[i].text);
	if (block->missing)
		put_number(w, "missing", block->missing);
	put_file_at(w, &block->file);
}

static void write_blocks(struct writer *w, const struct host *host)
{
	begin(w, "blocks");
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];

		begin(w, "block");
		put_devno(w, "devno", block->devno);
		put_word(w, "kname", block->kname);
		put(w, "kind", block_kind_name(block->kind));
		put_number(w, "size", block->size);
		put_word(w, "backing-file", block->backing_file);
		if (*block->transport)
			put(w, "transport", block->transport);
		write_block_details(w, block);
		write_devnos(w, "below", block->below, block->n_below);
		end(w);
	}
	end(w);
}

static void write_superblocks(struct writer *w, const struct host *host)
{
	begin(w, "superblocks");
	for (size_t i = 0; i < host->n_superblocks; i++) {
		begin(w, "superblock");
		put_devno(w, "devno", host->superblocks[i].devno);
		put_word(w, "type", host->superblocks[i].type);
		end(w);
	}
	end(w);
}

/* Written only where known: the first captures did not have them. */
static void write_inhabitant(struct writer *w, const struct mount_namespace *namespace)
{
	if (namespace->comm && *namespace->comm)
		put_word(w, "comm", namespace->comm);
	if (namespace->pin_pid)
		put_number(w, "pin-pid", namespace->pin_pid);
	if (namespace->pin_path && *namespace->pin_path)
		put_word(w, "pin-path", namespace->pin_path);
}

static void write_namespaces(struct writer *w, const struct host *host)
{
	begin(w, "namespaces");
	for (size_t i = 0; i < host->n_namespaces; i++) {
		begin(w, "namespace");
		put_number(w, "id", host->namespaces[i].id);
		put_number(w, "pid", host->namespaces[i].pid);
		put(w, "of-host", host->namespaces[i].is_host ? "yes" : "no");
		write_inhabitant(w, &host->namespaces[i]);
		end(w);
	}
	end(w);
}

static void write_swaps(struct writer *w, const struct host *host)
{
	begin(w, "swaps");
	for (size_t i = 0; i < host->n_swaps; i++) {
		const struct swap *swap = &host->swaps[i];

		begin(w, "swap");
		put_word(w, "path", swap->path);
		put_devno_or_none(w, "devno", swap->devno);
		if (swap->size)
			put_number(w, "size", swap->size);
		if (swap->has_used)
			put_number(w, "used", swap->used);
		put_file_at(w, &swap->file);
		end(w);
	}
	end(w);
}

static void write_processes(struct writer *w, const struct host *host)
{
	begin(w, "processes");
	for (size_t i = 0; i < host->n_processes; i++) {
		const struct process *process = &host->processes[i];

		begin(w, "process");
		put_number(w, "pid", process->pid);
		put_number(w, "start", process->start);
		put_word(w, "comm", process->comm);
		put_word(w, "exe", process->exe);
		put_number(w, "uid", process->uid);
		put_number(w, "mount-namespace", process->mount_namespace);
		if (process->is_exe_of_root)
			put(w, "exe-of-root", "yes");
		if (process->is_of_udev)
			put(w, "of-udev", "yes");
		if (process->cmdline)
			put_word(w, "cmdline", process->cmdline);
		end(w);
	}
	end(w);
}

static void write_uses(struct writer *w, const struct host *host)
{
	begin(w, "uses");
	for (size_t i = 0; i < host->n_uses; i++) {
		const struct use *use = &host->uses[i];

		begin(w, "use");
		put_number(w, "pid", use->pid);
		put(w, "kind", use_kind_name(use->kind));
		put_devno(w, "devno", use->devno);
		put_number(w, "count", use->count);
		put_word(w, "example", use->example);
		end(w);
	}
	end(w);
}

static void write_kernel_holders(struct writer *w, const struct host *host)
{
	for (size_t i = 0; i < host->n_kernel_holders; i++) {
		const struct kernel_holder *holder = &host->kernel_holders[i];

		begin(w, "kernel-holder");
		put_devno_or_none(w, "devno", holder->devno);
		put(w, "kind", holder_kind_name(holder->kind));
		put_word(w, "name", holder->name);
		if (holder->namespace_id)
			put_number(w, "namespace", holder->namespace_id);
		if (holder->is_within)
			put(w, "within", "yes");
		end(w);
	}
}

static void write_changes(struct writer *w, const struct host *host)
{
	for (size_t i = 0; i < host->n_changes; i++) {
		begin(w, "change");
		put_devno(w, "devno", host->changes[i].devno);
		put(w, "kind", change_kind_name(host->changes[i].kind));
		put_word(w, "name", host->changes[i].name);
		end(w);
	}
}

static void write_fstab(struct writer *w, const struct host *host)
{
	for (size_t i = 0; i < host->n_fstab; i++) {
		begin(w, "fstab-entry");
		put_number(w, "line", host->fstab[i].line);
		put(w, "automatic", host->fstab[i].is_automatic ? "yes" : "no");
		put_word(w, "source", host->fstab[i].source);
		put_word(w, "target", host->fstab[i].target);
		put_word(w, "type", host->fstab[i].type);
		end(w);
	}
}

static void write_configs(struct writer *w, const struct host *host)
{
	for (size_t i = 0; i < host->n_configs; i++) {
		begin(w, "config");
		put_word(w, "file", host->configs[i].file);
		put_number(w, "line", host->configs[i].line);
		put(w, "kind", config_kind_name(host->configs[i].kind));
		put_word(w, "device", host->configs[i].device);
		put_word(w, "target", host->configs[i].target);
		end(w);
	}
}

static void write_state(struct writer *w, const struct host *host)
{
	w->has_failed |= xmlTextWriterSetIndent(w->xml, 1) < 0 ||
			 xmlTextWriterSetIndentString(w->xml, BAD_CAST "  ") < 0 ||
			 xmlTextWriterStartDocument(w->xml, "1.0", "UTF-8", NULL) < 0;
	begin(w, "state");
	put(w, "version", STATE_VERSION);
	write_identity(w, &host->identity);
	write_sources(w, host);
	write_devices(w, host);
	write_blocks(w, host);
	write_superblocks(w, host);
	write_namespaces(w, host);
	write_swaps(w, host);
	write_processes(w, host);
	write_uses(w, host);
	write_kernel_holders(w, host);
	write_changes(w, host);
	write_fstab(w, host);
	write_configs(w, host);
	end(w);
	w->has_failed |= xmlTextWriterEndDocument(w->xml) < 0;
}

int record_state_write(const struct host *host, struct buf *ret_xml, struct err *err)
{
	cleanup_host struct host *sorted = host_clone(host);
	cleanup_buf struct buf time = BUF_INIT;
	xmlBufferPtr bytes;
	struct writer w = {0};
	int r = -ENOMEM;

	host_sort(sorted);
	host_index_build(sorted); /* each device's ledger asks who holds it */
	if (stamp_write(sorted->identity.taken, &time) < 0)
		return err_set(err, -ERANGE, "state.xml: the time of the capture is off");
	if (state_check(sorted, err) < 0)
		return err_wrap(err, "state.xml");
	bytes = xmlBufferCreate();
	w.xml = bytes ? xmlNewTextWriterMemory(bytes, 0) : NULL;
	if (w.xml) {
		write_state(&w, sorted);
		xmlFreeTextWriter(w.xml); /* flushes */
		r = w.has_failed ? -ENOMEM : 0;
	}
	if (r == 0)
		buf_add(ret_xml, xmlBufferContent(bytes), (size_t)xmlBufferLength(bytes));
	else
		err_set(err, r, "state.xml: out of memory");
	xmlBufferFree(bytes);
	buf_free(&w.word);
	return r;
}

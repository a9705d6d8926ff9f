/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations -> the devices that they name. Input: a hostile text, of a unit of
 * systemd (systemd.mount(5), systemd.swap(5)), of a libvirt domain, a Xen guest
 * (xl.cfg(5), xl-disk-configuration(5)) or one of Proxmox (qm.conf(5), pct.conf(5)); of
 * a map of automount (autofs(5)).
 * Output: host->configs: file, line, path; nothing else of the text.
 *
 * A guest's configuration is not parsed: each path below /dev in it is one that somebody
 * means the guest to use, whatever the key is called, also within the arguments of qemu.
 * Only a name that is relative to something has to be known: "phy:VG/LV" of Xen, and a
 * volume of a storage (Proxmox) or pool (libvirt). A path too many names no snapshot; one
 * too few would let a guest's disk be removed.
 * Invariant: linear in the text; nothing outside it is looked at.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

struct reading {
	struct host *host;
	const char *file;
	enum config_kind kind;
	const char *target;
	const struct text_storages *storages;
	size_t first;	      /* of this file's entries */
	const char *at, *end; /* the text */
	uint32_t line;
	bool is_full;
};

/* ---- storages ---- */

void text_storages_free(struct text_storages *storages)
{
	for (size_t i = 0; i < storages->count; i++) {
		free(storages->items[i].name);
		free(storages->items[i].folder);
	}
	free(storages->items);
	*storages = (struct text_storages){0};
}

static void storage_add(
	struct text_storages *storages, char *name, const char *begin, const char *folder)
{
	cleanup_buf struct buf path = BUF_INIT;

	if (storages->count == TEXT_STORAGES_MAX) {
		storages->is_full = true;
		free(name);
		return;
	}
	buf_printf(&path, "%s%s", begin, folder);
	*array_add(&storages->items, &storages->count) =
		(struct text_storage){name, xstrdup(buf_text(&path))};
}

static const char *storage_folder(
	const struct text_storages *storages, const char *name, size_t len)
{
	for (size_t i = 0; storages && i < storages->count; i++)
		if (strlen(storages->items[i].name) == len &&
			memcmp(storages->items[i].name, name, len) == 0)
			return storages->items[i].folder;
	return NULL;
}

/* The word at `*at`, and `*at` behind it; NULL: the line has none. malloc'ed. */
static char *take_line_word(const char **at, const char *end)
{
	const char *begin;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	begin = *at;
	while (*at < end && !isspace((unsigned char)**at))
		(*at)++;
	return *at > begin ? xstrndup(begin, (size_t)(*at - begin)) : NULL;
}

static const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline : end;
}

/* "TYPE: NAME", also without the blank; NULL: it is no such line. *ret_is_lvm: of a type
 * whose volumes are LVM's. malloc'ed. */
static char *storage_head(const char *at, const char *end, bool *ret_is_lvm)
{
	cleanup_free char *type = take_line_word(&at, end);
	char *colon = type ? strchr(type, ':') : NULL;

	if (!colon || colon == type)
		return NULL;
	*colon = '\0';
	*ret_is_lvm = strcmp(type, "lvm") == 0 || strcmp(type, "lvmthin") == 0;
	return colon[1] ? xstrdup(colon + 1) : take_line_word(&at, end);
}

/* The group that an indented line names; NULL: none. malloc'ed. */
static char *storage_group(const char *at, const char *end)
{
	cleanup_free char *key = take_line_word(&at, end);

	return key && strcmp(key, "vgname") == 0 ? take_line_word(&at, end) : NULL;
}

/* "lvm: NAME", and below it, indented, "vgname VG" (pvesm(1)). A comment, and any other
 * line that is neither, is passed over, and what is around it counts. */
void text_proxmox_storages_read(
	const char *bytes, size_t len, struct text_storages *storages)
{
	const char *end = bytes + len, *stop;
	cleanup_free char *name = NULL;

	for (const char *at = bytes; at < end; at = stop + 1) {
		bool is_head = !isspace((unsigned char)*at), is_lvm = false;
		cleanup_free char *head = NULL, *group = NULL;

		stop = line_end(at, end);
		if (*at == '#')
			continue;
		head = is_head ? storage_head(at, stop, &is_lvm) : NULL;
		group = !is_head && name ? storage_group(at, stop) : NULL;
		if (head) {
			free(name);
			name = is_lvm ? take_ptr(head) : NULL;
		} else if (group) {
			storage_add(storages, take_ptr(name), "/dev/", group);
		}
	}
}

/* The text between <NAME> and the next '<'; malloc'ed, NULL: there is none. */
static char *element_text(const char *bytes, size_t len, const char *tag)
{
	const char *begin = memmem(bytes, len, tag, strlen(tag)), *end;

	if (!begin)
		return NULL;
	begin += strlen(tag);
	end = memchr(begin, '<', (size_t)(bytes + len - begin));
	return end ? xstrndup(begin, (size_t)(end - begin)) : NULL;
}

/* A pool of volumes in one folder: <name>, and <target><path>. */
void text_libvirt_pool_read(const char *bytes, size_t len, struct text_storages *storages)
{
	cleanup_free char *name = element_text(bytes, len, "<name>");
	cleanup_free char *path = element_text(bytes, len, "<path>");

	if (name && path && strncmp(path, "/dev/", 5) == 0)
		storage_add(storages, take_ptr(name), "", path);
}

/* ---- one path ---- */

static bool is_path_byte(char c)
{
	return lvm_name_has_byte(c) || c == '/';
}

/* "//dev/./vg//lv" -> "/dev/vg/lv" */
static void clean_path(const char *path, size_t len, struct buf *ret)
{
	for (size_t i = 0, n; i < len; i += n) {
		for (n = 0; i + n < len && path[i + n] != '/';)
			n++;
		if (n && !(n == 1 && path[i] == '.')) {
			buf_puts(ret, "/");
			buf_add(ret, path + i, n);
		}
		n += i + n < len; /* the slash */
	}
}

static bool is_known(const struct reading *reading, const char *device)
{
	const struct host *host = reading->host;

	for (size_t i = reading->first; i < host->n_configs; i++)
		if (strcmp(host->configs[i].device, device) == 0 &&
			strcmp(host->configs[i].target, reading->target) == 0)
			return true;
	return false;
}

static void add_path(struct reading *reading, const char *path, size_t len)
{
	struct host *host = reading->host;
	cleanup_buf struct buf clean = BUF_INIT;

	if (len > TEXT_CONFIG_PATH_MAX)
		return;
	clean_path(path, len, &clean);
	if (strncmp(buf_text(&clean), "/dev/", 5) != 0 ||
		is_known(reading, buf_text(&clean)))
		return;
	if (host->n_configs - reading->first == TEXT_CONFIG_NAMES_MAX ||
		host->n_configs == TEXT_CONFIGS_MAX) {
		reading->is_full = true;
		return;
	}
	*array_add(&host->configs, &host->n_configs) =
		(struct config_entry){.file = host_string(host, reading->file),
			.line = reading->line,
			.kind = reading->kind,
			.device = host_string(host, buf_text(&clean)),
			.target = host_string(host, reading->target)};
}

static void add_below(
	struct reading *reading, const char *folder, const char *name, size_t len)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s/", folder);
	buf_add(&path, name, len);
	add_path(reading, path.data, path.len);
}

/* ---- guests ---- */

/* udev's links have more in their names. */
static bool has_wide_names(const char *at, const char *end)
{
	return end - at > 5 &&
	       (strncmp(at, "/dev/block", 10) == 0 || strncmp(at, "/dev/disk/", 10) == 0);
}

/* Where the path or name ends that begins at `at`. The text ends with a NUL. */
static const char *path_end(const char *at, const char *end)
{
	bool is_wide = has_wide_names(at, end);

	while (at < end && (is_path_byte(*at) ||
				   (is_wide && (*at == ':' || *at == '=' || *at == '@'))))
		at++;
	return at;
}

/* "NAME:VOLUME", "phy:VG/LV": the part behind the colon is at `name`. */
static void take_relative(
	struct reading *reading, const char *word, size_t len, const char *name)
{
	const char *end = path_end(name, reading->end);
	const char *folder = storage_folder(reading->storages, word, len);

	if (end == name || *name == '/')
		return;
	if (folder)
		add_below(reading, folder, name, (size_t)(end - name));
	else if (reading->kind == CONFIG_XEN && len == 3 && memcmp(word, "phy", 3) == 0)
		add_below(reading, "/dev", name, (size_t)(end - name));
}

/* A word that begins at reading->at; returns where the next may begin. */
static const char *take_word(struct reading *reading)
{
	const char *begin = reading->at, *end = path_end(begin, reading->end);

	if (end == begin)
		return begin + 1;
	if (*begin == '/')
		add_path(reading, begin, (size_t)(end - begin));
	else if (end < reading->end && *end == ':')
		take_relative(reading, begin, (size_t)(end - begin), end + 1);
	return end;
}

static void take_words(struct reading *reading, const char *end)
{
	while (reading->at < end)
		reading->at = take_word(reading);
}

/* Comments are whole lines. */
static void read_lines(struct reading *reading)
{
	while (reading->at < reading->end) {
		const char *stop = line_end(reading->at, reading->end);
		const char *first = reading->at;

		while (first < stop && isspace((unsigned char)*first))
			first++;
		if (first < stop && *first != '#')
			take_words(reading, stop);
		reading->at = stop < reading->end ? stop + 1 : stop;
		reading->line++;
	}
}

/* ---- libvirt ---- */

/* An attribute's value within a tag; NULL: there is none. */
static const char *attribute(
	const char *tag, const char *end, const char *name, size_t *ret_len)
{
	const char *at = memmem(tag, (size_t)(end - tag), name, strlen(name));
	const char *close;

	if (!at || at == tag || !isspace((unsigned char)at[-1]))
		return NULL;
	at += strlen(name);
	if (at == end || (*at != '\'' && *at != '"'))
		return NULL;
	close = memchr(at + 1, *at, (size_t)(end - at - 1));
	if (!close)
		return NULL;
	*ret_len = (size_t)(close - at - 1);
	return at + 1;
}

/* <source pool='P' volume='V'/> */
static void take_pool_volume(struct reading *reading, const char *end)
{
	size_t pool_len = 0, len = 0;
	const char *pool = attribute(reading->at, end, "pool=", &pool_len);
	const char *volume = attribute(reading->at, end, "volume=", &len);
	const char *folder =
		pool && volume ? storage_folder(reading->storages, pool, pool_len) : NULL;

	if (folder)
		add_below(reading, folder, volume, len);
}

static void take_tag(struct reading *reading)
{
	const char *end = reading->at + 1;

	/* a '<' within a tag is none of XML: so each byte is looked at once */
	while (end < reading->end && *end != '<' && *end != '>')
		end++;
	if (reading->storages && reading->storages->count)
		take_pool_volume(reading, end);
	reading->at++;
}

/* Behind a comment, lines counted. */
static void skip_comment(struct reading *reading)
{
	const char *end =
		memmem(reading->at, (size_t)(reading->end - reading->at), "-->", 3);

	end = end ? end + 3 : reading->end;
	for (; reading->at < end; reading->at++)
		reading->line += *reading->at == '\n';
}

static void read_xml(struct reading *reading)
{
	while (reading->at < reading->end) {
		if (reading->end - reading->at >= 4 &&
			memcmp(reading->at, "<!--", 4) == 0) {
			skip_comment(reading);
		} else if (*reading->at == '<') {
			take_tag(reading);
		} else {
			reading->line += *reading->at == '\n';
			reading->at = take_word(reading);
		}
	}
}

/* "&#47;", "&amp;": the byte that it stands for; 0: it is none, or none of ASCII. */
static char entity(const char *at, size_t len)
{
	static const struct {
		const char *name;
		char byte;
	} names[] = {
		{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"apos", '\''}, {"quot", '"'}};
	uint64_t number = 0;
	bool is_hex = len > 1 && (at[1] == 'x' || at[1] == 'X');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len && memcmp(names[i].name, at, len) == 0)
			return names[i].byte;
	if (len < 2 || *at != '#' || len > 8)
		return '\0';
	for (size_t i = is_hex ? 2 : 1; i < len; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, tolower((unsigned char)at[i]));

		if (!digit || (!is_hex && digit - digits > 9))
			return '\0';
		number = number * (is_hex ? 16 : 10) + (uint64_t)(digit - digits);
	}
	return number < 128 ? (char)number : '\0';
}

/* No path is hidden behind them. Newlines stay where they are. */
static void decode_entities(const char *bytes, size_t len, struct buf *ret)
{
	for (size_t i = 0; i < len; i++) {
		size_t most = len - i < 12 ? len - i : 12;
		const char *stop = bytes[i] == '&' ? memchr(bytes + i, ';', most) : NULL;
		char byte = stop ? entity(bytes + i + 1, (size_t)(stop - bytes) - i - 1)
				 : '\0';

		if (byte && is_path_byte(byte))
			i = (size_t)(stop - bytes);
		else
			byte = bytes[i];
		buf_add(ret, &byte, 1);
	}
}

/* ---- units ---- */

/* The value of "KEY=VALUE", without quotes; NULL: another key. */
static char *unit_value(const char *at, const char *end, const char *key)
{
	size_t len = strlen(key);

	while (at < end && isspace((unsigned char)*at))
		at++;
	if ((size_t)(end - at) < len || memcmp(at, key, len) != 0)
		return NULL;
	at += len;
	while (at < end && isspace((unsigned char)*at))
		at++;
	if (at == end || *at != '=')
		return NULL;
	at++;
	while (at < end && (isspace((unsigned char)*at) || *at == '"'))
		at++;
	while (at < end && (isspace((unsigned char)end[-1]) || end[-1] == '"'))
		end--;
	return xstrndup(at, (size_t)(end - at));
}

/* Where a key is given twice, the last one counts. */
static char *unit_target(const char *bytes, const char *end)
{
	char *target = NULL;

	for (const char *at = bytes, *stop; at < end; at = stop + 1) {
		char *value;

		stop = line_end(at, end);
		value = unit_value(at, stop, "Where");
		if (!value)
			continue;
		free(target);
		target = value;
	}
	return target ? target : xstrdup("");
}

static void read_unit(struct reading *reading)
{
	cleanup_free char *target = reading->kind == CONFIG_MOUNT
					    ? unit_target(reading->at, reading->end)
					    : xstrdup("");

	reading->target = target;
	for (const char *stop; reading->at < reading->end; reading->at = stop + 1) {
		cleanup_free char *what = NULL;

		stop = line_end(reading->at, reading->end);
		what = unit_value(reading->at, stop, "What");
		if (what && *what == '/')
			add_path(reading, what, strlen(what));
		reading->line++;
	}
	reading->target = "";
}

/* ---- all ---- */

bool text_config_read(struct host *host, enum config_kind kind, const char *file,
	const struct buf *text, const struct text_storages *storages)
{
	cleanup_buf struct buf decoded = BUF_INIT;
	struct reading reading = {.host = host,
		.file = file,
		.kind = kind,
		.target = "",
		.storages = storages,
		.first = host->n_configs,
		.at = buf_text(text),
		.line = 1};

	reading.end = reading.at + text->len;
	switch (kind) {
	case CONFIG_MOUNT:
	case CONFIG_SWAP:
		read_unit(&reading);
		break;
	case CONFIG_LIBVIRT:
		decode_entities(reading.at, text->len, &decoded);
		reading.at = buf_text(&decoded);
		reading.end = reading.at + decoded.len;
		read_xml(&reading);
		break;
	case CONFIG_XEN:
	case CONFIG_PROXMOX:
	case CONFIG_AUTOFS:
		read_lines(&reading);
		break;
	}
	return !reading.is_full;
}

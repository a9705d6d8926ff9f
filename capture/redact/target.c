/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters and status of dm targets, a blank between two words.
 * Input: what dm_mask.h let in. Output: the same; numbers, devices and words of the
 * kernel stay, all others (paths, descriptions of keys) are replaced.
 */
#include <string.h>

#include "parts.h"

#define DIGEST_LEN 64

/* Sorted. */
static const char *const kernel_words[] = {"allow_discards", "cleaner", "core", "devices",
	"discard_passdown", "disk", "error", "error_if_no_space", "fail", "failed",
	"frozen", "handle_errors", "idle", "invalid", "iv_large_sectors", "journal",
	"length", "merge", "metadata2", "migration_threshold", "mq", "n", "needs_check",
	"no_discard_passdown", "no_read_workqueue", "no_write_workqueue", "nosync",
	"out_of_data_space", "overflow", "p", "passthrough", "po", "queue_if_no_path",
	"queue_if_no_space", "queue_length", "raid0", "raid1", "raid10", "raid4",
	"raid5_la", "raid5_ls", "raid5_n", "raid5_ra", "raid5_rs", "raid6_la_6",
	"raid6_ls_6", "raid6_n_6", "raid6_nc", "raid6_nr", "raid6_ra_6", "raid6_rs_6",
	"raid6_zr", "read_only", "rebuild", "recover", "region_size", "repair", "reshape",
	"resync", "ro", "round-robin", "rw", "same_cpu_crypt", "service-time", "sha256",
	"skip_block_zeroing", "smq", "submit_from_crypt_cpus", "sync", "unknown",
	"writeback", "writethrough"};

static bool is_of(const char *word, size_t len, const char *bytes)
{
	return strspn(word, bytes) >= len;
}

static bool is_plain(const char *type, const char *word, size_t len, bool is_first)
{
	return is_of(word, len, "0123456789:/.,+-") || is_of(word, len, "ADa-") ||
	       (len == DIGEST_LEN && is_of(word, len, "0123456789abcdef")) ||
	       /* the cipher, "aes-xts-plain64" */
	       (is_first && strcmp(type, "crypt") == 0) ||
	       WORD_IN(kernel_words, word, len);
}

void params_pseudonyms(const struct pseudonyms *names, const char *type,
	const char *params, struct buf *out)
{
	const char *start = params;

	while (*params) {
		size_t blanks = strspn(params, " ");
		const char *word = params + blanks;
		size_t len = strcspn(word, " ");

		buf_add(out, params, blanks);
		if (is_plain(type, word, len, word == start))
			buf_add(out, word, len);
		else
			pseudonym_text(names, word, len, out);
		params = word + len;
	}
}

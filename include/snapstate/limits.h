/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers take of a file that a stranger sent, and no more; docs/formats.md
 * states them. A file that has more is refused with an error that names the limit, so
 * work and memory are bounded whatever is sent. Within the limits, every pass costs about
 * as much as an honest host with as many facts does (tests/bench/bench_shapes,
 * bench_plans).
 *
 * Largest hosts known: 10,000 block devices, 30,000 processes. The kernel has at most
 * 1,048,576 device numbers of one major (MINORBITS), 100,000 mounts in a namespace
 * (fs.mount-max), and 4,194,304 processes (PID_MAX_LIMIT), of which a capture has those
 * that hold something.
 */
#ifndef SNAPSTATE_LIMITS_H
#define SNAPSTATE_LIMITS_H

#include <stdint.h>

/* ---- a capture: the file (record.h) ---- */

#define RECORD_ARCHIVE_MAX   (64u << 20)  /* bytes of the file */
#define RECORD_TOTAL_MAX     (512u << 20) /* bytes of all members */
#define RECORD_MEMBER_MAX    (256u << 20) /* bytes of one */
#define RECORD_MEMBERS_MAX   20000
#define RECORD_RATIO_MAX     200 /* members to file, after the first MiB */
#define RECORD_XML_DEPTH_MAX 16

/* ---- a capture: what is in it ---- */

#define RECORD_DEVICES_MAX   100000  /* of device-mapper */
#define RECORD_PARTS_MAX     1000000 /* table lines and dependencies of all devices */
#define RECORD_BLOCKS_MAX    100000  /* other block devices */
#define RECORD_MOUNTS_MAX    1000000 /* of all namespaces together */
#define RECORD_PROCESSES_MAX 500000
#define RECORD_USES_MAX	     2000000 /* what the processes hold */
#define RECORD_VOLUMES_MAX   100000  /* of LVM, those that it hides included */
/* Of each other kind: sources, namespaces, swap areas, live file systems, holders in the
 * kernel, changes, lines of fstab, lines of configurations. */
#define RECORD_OTHERS_MAX    100000

/* ---- text that the host gave (text.h) ---- */

#define TEXT_MOUNTINFO_MAX    (64u << 20)
#define TEXT_REPORT_MAX	      (64u << 20)
#define TEXT_METADATA_MAX     (16u << 20)
#define TEXT_METADATA_DEPTH   16 /* of nested sections; dm_config recurses without bound \
				  */
#define TEXT_JSON_DEPTH	      16
#define TEXT_FSTAB_MAX	      (1u << 20)
#define TEXT_CONFIG_MAX	      (1u << 20)
#define TEXT_CONFIG_PATH_MAX  512   /* bytes of a path in it: longer ones are none */
#define TEXT_CONFIG_NAMES_MAX 1024  /* devices that one file names */
#define TEXT_CONFIGS_MAX      16384 /* and all of a host together */
#define TEXT_STORAGES_MAX     256   /* storages of Proxmox and pools of libvirt */

/* ---- evidence that others collected (import.h) ---- */

#define IMPORT_UNPACKED_MAX (UINT64_C(8) << 30) /* bytes of a tar */
#define IMPORT_FILE_MAX	    (64u << 20)		/* of one file that is of use */
#define IMPORT_KEPT_MAX	    (256u << 20)	/* of all of them */
#define IMPORT_ENTRIES_MAX  1000000		/* files and folders looked at */
#define IMPORT_PIECES_MAX   10000		/* files that are of use */
#define IMPORT_ARCHIVES_MAX 3			/* within one another */
#define IMPORT_DEPTH_MAX    32			/* of folders */
#define IMPORT_PATH_MAX	    4096
#define IMPORT_DEVICES_MAX  RECORD_DEVICES_MAX
#define IMPORT_BLOCKS_MAX   20000 /* look-ups walk them */

/* ---- a plan, and a journal (plan.h, facts.h, journal.h) ---- */

#define FACT_LINE_MAX	  65536	  /* bytes of one line */
#define FACTS_MAX	  2000000 /* lines of one set */
#define PLAN_BYTES_MAX	  (64u << 20)
#define PLAN_STEPS_MAX	  100000
#define JOURNAL_BYTES_MAX (64u << 20)

/* ---- the observer (observe.h) ---- */

#define OBSERVE_BYTES_MAX (256u << 20) /* of a question, of an answer */

#endif

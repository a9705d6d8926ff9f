/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executor against a toy host: device-mapper, LVM and files that answer like a real
 * one, and operations that change them. The plan's predictions are made by letting the
 * toy act once. Laws: any one changed fact refuses; what changed elsewhere does not;
 * nothing is done before it is journaled; the first difference ends the run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "admission.h"
#include "admit.h"
#include "apply.h"
#include "comparing.h"
#include "names.h"
#include "observe.h"
#include "recorded_root.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/io.h"
#include "snapstate/journal_run.h"
#include "snapstate/lvm_ability.h"
#include "snapstate/lvm_names.h"
#include "snapstate/plan.h"
#include "snapstate/redact.h"

#define MACHINE_ID  "0123456789abcdef0123456789abcdef"
#define BOOT_ID	    "8d1e0000-0000-4000-8000-000000000000"
#define VG	    "Ep0O4W53egUn0Zh4dzCq50Bfp9XRBmaz"
#define VG_HYPHENS  "Ep0O4W-53eg-Un0Z-h4dz-Cq50-Bfp9-XRBmaz"
#define DISK	    "xIPtbo5q6dA8mBl7QpleAqCQaotLheSe"
#define DISK_H	    "xIPtbo-5q6d-A8mB-l7Qp-leAq-CQao-tLheSe"
#define SNAP	    "cIaZTj2GYzThUwdRpodOHqPOOd45QyN2"
#define SNAP_H	    "cIaZTj-2GYz-ThUw-dRpo-dOHq-POOd-45QyN2"
#define WEEKLY_UUID "dJbZTj2GYzThUwdRpodOHqPOOd45QyN3"
#define WEEKLY_H    "dJbZTj-2GYz-ThUw-dRpo-dOHq-POOd-45QyN3"
#define PV_HYPHENS  "WW1qBk-RV3d-n1S3-sNar-fDSn-1kRj-9TyDgG"
#define NS	    "4026531841"
#define WHEN	    "2026-09-21T14:13:20Z" /* 1790000000 */

#define TOY_ROOT_MOUNT "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
#define TOY_MOUNT      "44 1 700:5 / /mnt/backup rw - ext4 /dev/mapper/acmeX1 rw\n"

/* ---- the toy ---- */

enum {
	REAL = 1,
	COW,
	ORIGIN,
	SNAPSHOT,
	MAPPING,
	WEEKLY,
	WEEKLY_COW,
	LOOSE, /* three mappings that have nothing to do with each other */
	DEVICES = LOOSE + 3
};

struct toy_device {
	bool is_there;
	const char *name, *uuid, *type, *params, *status;
	uint32_t below[2];
	uint32_t open;
	unsigned flags;
	bool has_inactive;
};

/* How an operation goes. */
enum manner {
	RIGHT,
	RIGHT_BUT_FAILS, /* done, and says it was not */
	NOTHING,	 /* says done, and was not */
	FAILS,
	WRONG,	    /* does something else besides */
	STILL_LIVE, /* unmounts, and something out of sight keeps the file system */
	BUSY,
	BUSY_AT_FIRST,
	STALE,
	UNREADABLE_AFTER,
	JOURNAL_FULL_AFTER,
	CHANGED_AFTER, /* and somebody else changes what the next step is about */
	UDEV_STUCK,
	LOST_AT_FIRST,	  /* another LVM command was in the way */
	ORIGIN_SUSPENDED, /* LVM died in the middle */
	OPENED,		  /* refused, since somebody opened the snapshot meanwhile */
	LOCKED,
	ORIGIN_KEPT, /* another snapshot keeps the origin's table and the layer below it
		      */
};

struct toy {
	char root[64], folder[64];
	struct machine machine;
	struct comparing comparing;
	struct orders *orders; /* what the hands read of its plan */
	struct toy_device devices[DEVICES];
	unsigned seqno;
	bool has_snap;
	const char *more_volumes; /* metadata text */
	const char *vg_status;
	const char *clone_of; /* uuid of a physical volume that a second device has */
	int dm_result, lvm_result;
	const char *lvm_version; /* NULL: 2.03.16 */
	const char *lvm_settings;
	const char *missing; /* the operation that lacks a call; NULL = none */
	unsigned n_acts, n_busy;
	enum manner manners[4]; /* of step 1, 2, 3 */
	struct journal *journal;
	int64_t now_ms;
	int64_t calm_ms;     /* until then the mapping is open once more */
	unsigned stop_after; /* acts; 0 = never */
	bool stop_at_once;
	char holds[256]; /* "+vg" taken, "-vg" given back, "!4" acted */
	unsigned command_after; /* acts: then somebody runs lvs */
	int64_t command_until;	/* now_ms */
	bool has_command;
	bool is_locked;
	bool is_held; /* the lock, as around the step that removes the mapping */
	unsigned n_reads[DEVICES]; /* of each device meanwhile */
	bool is_stale;	      /* steps remove the snapshot, then its COW, without LVM */
	bool is_clone_coming; /* with the first of these */
	bool is_going_on;     /* --keep-going */
	bool is_next_opened;  /* of the loose mappings, as one is removed */
	int64_t act_ms;	      /* that a step takes */
	unsigned n_locked;    /* behind the first step: so often others have the lock */
	const struct rlimit *fsize;   /* once the journal has its header; NULL = none */
	const struct redact_key *key; /* its plan has pseudonyms */
	char commands[512];	      /* what was asked for, as a person would type it */
	char *out, *errors;
	size_t out_len, errors_len;
};

static void toy_put(struct toy *toy, const char *path, const char *text)
{
	root_put(toy->root, path, text);
}

static void toy_remove(struct toy *toy, const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", toy->root, path);
	assert_int_equal(remove(full), 0);
}

static int toy_list(void *context, struct host *host, struct err *err)
{
	struct toy *toy = context;

	if (toy->dm_result < 0)
		return err_set(err, toy->dm_result, "not permitted");
	for (uint32_t i = 0; i < DEVICES; i++) {
		struct device *device;

		if (!toy->devices[i].is_there)
			continue;
		device = array_add(&host->devices, &host->n_devices);
		device->devno = (struct devno){FAKE_MAJOR, i};
		device->name = host_string(host, toy->devices[i].name);
		device->uuid = host_string(host, toy->devices[i].uuid);
	}
	return 0;
}

static struct dm_target *toy_target(
	struct host *host, struct dm_target **targets, size_t *count, const char *type)
{
	struct dm_target *target = array_add(targets, count);

	target->length = 2048;
	target->type = host_string(host, type);
	target->params = target->status = "";
	return target;
}

static int toy_read(
	void *context, struct host *host, struct device *device, struct err *err)
{
	struct toy *toy = context;
	const struct toy_device *from = &toy->devices[device->devno.minor];
	struct dm_target *target;

	(void)err;
	toy->n_reads[device->devno.minor] += toy->is_held;
	target = toy_target(host, &device->targets, &device->n_targets, from->type);
	target->params = host_string(host, from->params);
	target->status = host_string(host, from->status ? from->status : "");
	device->flags = from->flags;
	device->open_count = from->open;
	if (device->devno.minor == MAPPING && toy->now_ms < toy->calm_ms)
		device->open_count++;
	for (size_t i = 0; i < 2; i++)
		if (from->below[i])
			*array_add(&device->deps, &device->n_deps) =
				(struct devno){FAKE_MAJOR, from->below[i]};
	if (from->has_inactive)
		toy_target(host, &device->inactive, &device->n_inactive, "error");
	return 0;
}

static const char *toy_driver_version(void *context, struct host *host)
{
	(void)context;
	(void)host;
	return "4.47.0";
}

static void add_report(const struct toy *toy, struct buf *out)
{
	buf_printf(out,
		"{\"report\": [ {\"vg\": [ {\"vg_uuid\":\"" VG_HYPHENS
		"\", \"vg_name\":\"vg\", \"vg_seqno\":\"%u\", "
		"\"vg_permissions\":\"writeable\", \"vg_extent_size\":\"4194304\"} ],"
		"\"pv\": [ {\"pv_uuid\":\"" PV_HYPHENS
		"\", \"pv_name\":\"/dev/sda\", \"pv_major\":\"700\", "
		"\"pv_minor\":\"100\", \"pe_start\":\"1048576\", \"pv_pe_count\":\"63\"} "
		"], \"lv\": [ ] } ] }\n",
		toy->seqno);
}

static void add_volume(
	struct buf *out, const char *name, const char *id, const char *flags, int start)
{
	buf_printf(out,
		"%s {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\"%s]\nflags = []\n"
		"segment_count = 1\nsegment1 {\nstart_extent = 0\nextent_count = 4\n"
		"type = \"striped\"\nstripe_count = 1\nstripes = [\"pv0\", %d]\n}\n}\n",
		name, id, flags, start);
}

static void add_metadata(const struct toy *toy, struct buf *out)
{
	buf_printf(out,
		"  metadata text at 8704 crc 0x1a65e2e # vgname vg seqno %u\n  ---\n"
		"vg {\nid = \"" VG_HYPHENS "\"\nseqno = %u\nformat = \"lvm2\"\n"
		"status = [%s]\nflags = []\nextent_size = 8192\nmax_lv = 0\nmax_pv = 0\n"
		"metadata_copies = 0\nphysical_volumes {\npv0 {\nid = \"" PV_HYPHENS
		"\"\ndevice = \"/dev/sda\"\nstatus = [\"ALLOCATABLE\"]\nflags = []\n"
		"dev_size = 524288\npe_start = 2048\npe_count = 63\n}\n}\n"
		"logical_volumes {\n",
		toy->seqno, toy->seqno, toy->vg_status);
	add_volume(out, "disk", DISK_H, ", \"VISIBLE\"", 0);
	if (toy->has_snap) {
		add_volume(out, "backup", SNAP_H, "", 4);
		buf_puts(out,
			"snapshot0 {\nid = \"aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg\"\n"
			"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n"
			"segment_count = 1\nsegment1 {\nstart_extent = 0\n"
			"extent_count = 4\ntype = \"snapshot\"\nchunk_size = 8\n"
			"origin = \"disk\"\ncow_store = \"backup\"\n}\n}\n");
	}
	buf_puts(out, toy->more_volumes);
	buf_puts(out, "}\n}\ncontents = \"Text Format Volume Group\"\nversion = 1\n  "
		      "---\n");
}

/* What `pvs -a` says; of a clone, that it is one. */
static void add_devices(const struct toy *toy, struct buf *out)
{
	static const char row[] = "{\"pv_uuid\":\"%s\", \"pv_name\":\"%s\", "
				  "\"pv_duplicate\":\"%d\", \"pv_major\":\"700\", "
				  "\"pv_minor\":\"%d\", \"vg_uuid\":\"%s\"}";

	buf_puts(out, "{\"report\": [ {\"pv\": [ ");
	buf_printf(out, row, PV_HYPHENS, "/dev/sda", 0, 100, VG_HYPHENS);
	if (toy->clone_of) {
		buf_puts(out, ", ");
		buf_printf(out, row, toy->clone_of, "/dev/sdb", 1, 101, "");
	}
	buf_puts(out, " ] } ] }\n");
}

/* As releases from 2.02.117 to .142 answer. */
static void add_columns(const struct toy *toy, const char *command, struct buf *out)
{
	if (strcmp(command, "vgs") == 0)
		buf_printf(out,
			"  LVM2_VG_UUID=" VG_HYPHENS
			"|LVM2_VG_NAME=vg|LVM2_VG_ATTR=wz--n-|"
			"LVM2_VG_SEQNO=%u|LVM2_VG_EXTENT_SIZE=4194304|LVM2_VG_TAGS=|"
			"LVM2_VG_SYSTEMID=\n",
			toy->seqno);
	else
		buf_puts(out,
			"  LVM2_PV_UUID=" PV_HYPHENS "|LVM2_PV_NAME=/dev/sda|"
			"LVM2_PV_ATTR=a--|LVM2_PE_START=1048576|LVM2_PV_PE_COUNT=63|"
			"LVM2_VG_UUID=" VG_HYPHENS "\n");
}

static int toy_lvm(void *context, const char *const argv[], unsigned seconds, size_t max,
	struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	struct toy *toy = context;

	(void)seconds;
	(void)max;
	(void)ret_err_text;
	if (toy->lvm_result < 0)
		return err_set(err, toy->lvm_result, "no answer within 60 seconds");
	if (strcmp(argv[1], "version") == 0)
		buf_printf(ret_out, "  LVM version:     %s\n",
			toy->lvm_version ? toy->lvm_version : "2.03.16(2) (2022-05-18)");
	else if (strcmp(argv[1], "dumpconfig") == 0)
		buf_puts(ret_out, toy->lvm_settings ? toy->lvm_settings : "");
	else if (toy->lvm_version)
		add_columns(toy, argv[1], ret_out);
	else if (strcmp(argv[1], "fullreport") == 0)
		add_report(toy, ret_out);
	else if (strcmp(argv[1], "pvs") == 0)
		add_devices(toy, ret_out);
	else
		return err_set(err, -ENOENT, "no answer for lvm %s", argv[1]);
	return 0;
}

static int toy_metadata(const struct machine *machine, const char *path,
	struct devno devno, unsigned seconds, struct buf *ret_text, struct err *err)
{
	const struct toy *toy = machine->context;

	(void)path;
	(void)devno;
	(void)seconds;
	if (toy->lvm_result < 0)
		return err_set(err, toy->lvm_result, "no answer within 20 seconds");
	add_metadata(toy, ret_text);
	return 0;
}

static int toy_find(void *context, struct host *host, const struct scope_device *wanted,
	struct err *err)
{
	cleanup_host struct host *all = host_new();
	int r = toy_list(context, all, err);

	for (size_t i = 0; i < all->n_devices; i++) {
		const struct device *from = &all->devices[i];
		struct device *device;

		if (*wanted->uuid	? strcmp(from->uuid, wanted->uuid) != 0
			: *wanted->name ? strcmp(from->name, wanted->name) != 0
					: !devno_is_equal(from->devno, wanted->devno))
			continue;
		device = array_add(&host->devices, &host->n_devices);
		device->devno = from->devno;
		device->name = host_string(host, from->name);
		device->uuid = host_string(host, from->uuid);
		break;
	}
	return r;
}

static const struct dm_ops toy_dm_ops = {
	toy_list, toy_read, toy_driver_version, toy_find};
static const struct lvm_ops toy_lvm_ops = {
	.run = toy_lvm, .metadata = toy_metadata, .label = lvm_label_live};

/* Another snapshot of the same origin, in the metadata and in the kernel. */
static void toy_add_weekly(struct toy *toy, const char *word)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		"weekly {\nid = \"" WEEKLY_H
		"\"\nstatus = [\"READ\", \"WRITE\"]\nflags = []\nsegment_count = 1\n"
		"segment1 {\nstart_extent = 0\nextent_count = 4\ntype = \"striped\"\n"
		"stripe_count = 1\nstripes = [\"pv0\", 8]\n}\n}\n"
		"snapshot1 {\nid = \"aaaaaa-bbbb-cccc-dddd-eeee-ffff-hhhhhh\"\n"
		"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n"
		"segment_count = 1\nsegment1 {\nstart_extent = 0\nextent_count = 4\n"
		"type = \"snapshot\"\nchunk_size = 8\norigin = \"disk\"\n"
		"%s = \"weekly\"\n}\n}\n",
		word);
	toy->more_volumes = text;
	toy->devices[WEEKLY] =
		(struct toy_device){true, "weekly", "LVM-" VG WEEKLY_UUID, "snapshot",
			"700:1 700:7 P 8", "16/2048 16", {REAL, WEEKLY_COW}, 0, 0, false};
	toy->devices[WEEKLY_COW] =
		(struct toy_device){true, "weekly-cow", "LVM-" VG WEEKLY_UUID "-cow",
			"linear", "700:100 51200", NULL, {100}, 1, 0, false};
	toy->devices[REAL].open++;
}

/* What the three steps do to the host. */
static void toy_umount(struct toy *toy)
{
	toy_put(toy, "proc/1/mountinfo", TOY_ROOT_MOUNT);
	toy_remove(toy, "sys/fs/ext4/dm-5");
	toy->devices[MAPPING].open--;
}

static void toy_stale_remove(struct toy *toy)
{
	bool is_first = toy->devices[SNAPSHOT].is_there;

	toy->devices[is_first ? SNAPSHOT : COW].is_there = false;
	if (!is_first)
		return;
	toy->devices[REAL].open--;
	toy->devices[COW].open--;
	if (toy->is_clone_coming)
		toy->clone_of = PV_HYPHENS;
}

static void toy_dm_remove(struct toy *toy)
{
	if (toy->is_stale) {
		toy_stale_remove(toy);
		return;
	}
	toy->devices[MAPPING].is_there = false;
	toy->devices[SNAPSHOT].open--;
	toy_remove(toy, "sys/dev/block/700:4/holders/dm-5/dev");
	toy_remove(toy, "sys/dev/block/700:4/holders/dm-5");
}

static void toy_lv_remove(struct toy *toy)
{
	toy->devices[SNAPSHOT].is_there = toy->devices[COW].is_there = false;
	toy->devices[REAL].is_there = false;
	toy->devices[ORIGIN].type = "linear";
	toy->devices[ORIGIN].params = "700:100 2048";
	toy->devices[ORIGIN].below[0] = 0;
	toy->has_snap = false;
	toy->seqno += 2;
}

static void toy_act(struct toy *toy, enum plan_op op)
{
	switch (op) {
	case OP_UMOUNT:
		toy_umount(toy);
		return;
	case OP_DM_REMOVE:
		toy_dm_remove(toy);
		return;
	case OP_LV_REMOVE:
		toy_lv_remove(toy);
		return;
	case OP_LV_REFRESH:
	case OP_SWAP_OFF: /* no step of this plan */
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return;
	}
}

static void note_command(struct toy *toy, const struct plan_step *step)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t used = strlen(toy->commands);

	plan_step_command(step, &text);
	snprintf(toy->commands + used, sizeof(toy->commands) - used, "%s\n",
		buf_text(&text));
}

static void toy_command(struct toy *toy)
{
	bool is_due = toy->n_acts >= toy->command_after &&
		      toy->now_ms < toy->command_until;

	if (is_due && !toy->has_command)
		toy_put(toy, "proc/61/stat",
			"61 (lvchange) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0\n");
	if (!is_due && toy->has_command)
		toy_remove(toy, "proc/61/stat");
	toy->has_command = is_due;
}

/* And, with the one that is removed then, somebody opens the next one. */
static void toy_loose_remove(struct toy *toy, uint32_t minor)
{
	toy->devices[minor].is_there = false;
	if (toy->is_next_opened && minor == LOOSE)
		toy->devices[minor + 1].open = 1;
}

static int toy_perform_one(void *context, struct act_request *request, struct err *err)
{
	struct toy *toy = context;
	enum plan_op op = request->step->op;
	struct toy_device origin, real;
	int full;

	toy->n_acts++;
	toy->now_ms += toy->act_ms;
	note_command(toy, request->step);
	strcat(toy->holds, "!");
	assert_non_null(sight_name(request->sight, "host"));
	request->has_acted = true;
	if (request->step->target.devno.minor >= LOOSE) {
		toy_loose_remove(toy, request->step->target.devno.minor);
		return 0;
	}
	switch (toy->manners[op]) {
	case RIGHT:
		toy_act(toy, op);
		return 0;
	case RIGHT_BUT_FAILS:
		toy_act(toy, op);
		buf_puts(request->output, "first line\n  second \"line\"");
		return err_set(err, -EIO, "ended with status 5");
	case NOTHING:
		return 0;
	case FAILS:
		return err_set(err, -EIO, "ended with status 5");
	case WRONG:
		toy_act(toy, op);
		toy->devices[SNAPSHOT].flags |= DEVICE_SUSPENDED;
		return 0;
	case STILL_LIVE:
		toy_act(toy, op);
		toy->devices[MAPPING].open++;
		return 0;
	case BUSY_AT_FIRST:
		if (toy->n_busy++ == 3) {
			toy_act(toy, op);
			return 0;
		}
		request->has_acted = false;
		return err_set(err, -EBUSY, "it is open");
	case BUSY:
		request->has_acted = false;
		return err_set(err, -EBUSY, "it is open");
	case STALE:
		request->has_acted = false;
		return err_set(err, -ESTALE, "it is not what it was");
	case UNREADABLE_AFTER:
		toy_act(toy, op);
		toy->dm_result = -EPERM;
		return 0;
	case JOURNAL_FULL_AFTER:
		toy_act(toy, op);
		full = open("/dev/full", O_WRONLY | O_CLOEXEC);
		dup2(full, toy->journal->fd);
		close(full);
		return 0;
	case CHANGED_AFTER:
		toy_act(toy, op);
		toy->devices[SNAPSHOT].has_inactive = true;
		return 0;
	case LOST_AT_FIRST:
		if (toy->n_busy++ < 2)
			return toy->n_busy == 1 ? 0 : err_set(err, -EIO, "status 5");
		toy_act(toy, op);
		return 0;
	case ORIGIN_SUSPENDED:
		toy->devices[ORIGIN].flags |= DEVICE_SUSPENDED;
		return err_set(err, -EIO, "killed by signal 9");
	case OPENED:
		toy->devices[SNAPSHOT].open++;
		return err_set(err, -EIO, "ended with status 5");
	case LOCKED:
		request->has_acted = false;
		return err_set(err, -EAGAIN, "volume group vg is locked by pid 4711");
	case UDEV_STUCK:
		toy_act(toy, op);
		request->is_udev_stuck = true;
		return 0;
	case ORIGIN_KEPT:
		origin = toy->devices[ORIGIN];
		real = toy->devices[REAL];
		toy_act(toy, op);
		toy->devices[ORIGIN] = origin;
		toy->devices[REAL] = real;
		toy->devices[REAL].open--;
		return 0;
	}
	return -EINVAL;
}

static int toy_perform(void *context, struct act_request *request, struct err *err)
{
	int r = toy_perform_one(context, request, err);

	toy_command(context);
	return r;
}

static int toy_hold(
	void *context, const char *vg_name, FILE *out, int *ret_hold, struct err *err)
{
	struct toy *toy = context;

	if (toy->is_locked || (toy->n_acts && toy->n_locked && toy->n_locked--)) {
		fprintf(out, "    volume group %s is locked: told\n", vg_name);
		return err_set(err, -EBUSY, "volume group %s is locked", vg_name);
	}
	snprintf(toy->holds + strlen(toy->holds), 32, "+%s", vg_name);
	toy->is_held = true;
	*ret_hold = 7;
	return 0;
}

static void toy_release(void *context, const char *vg_name, int hold)
{
	struct toy *toy = context;

	assert_int_equal(hold, 7);
	toy->is_held = false;
	snprintf(toy->holds + strlen(toy->holds), 32, "-%s", vg_name);
}

static void toy_pause(void *context, unsigned ms)
{
	((struct toy *)context)->now_ms += ms;
	toy_command(context);
}

static int64_t toy_now_ms(void *context)
{
	return ((struct toy *)context)->now_ms;
}

static bool toy_is_stopped(void *context)
{
	struct toy *toy = context;

	return toy->stop_at_once || (toy->stop_after && toy->n_acts >= toy->stop_after);
}

static int64_t toy_time(void *context)
{
	uint64_t uptime;
	int64_t now;

	fake_clock(context, &now, &uptime);
	return now;
}

static int toy_check(void *context, enum plan_op op, struct err *err)
{
	const struct toy *toy = context;

	if (toy->missing && strcmp(plan_op_name(op), toy->missing) == 0)
		return err_set(err, -ENOSYS, "umount2 is missing");
	return 0;
}

static const struct act_ops toy_ops = {.check = toy_check,
	.hold = toy_hold,
	.release = toy_release,
	.perform = toy_perform,
	.pause = toy_pause,
	.now_ms = toy_now_ms,
	.time = toy_time,
	.is_stopped = toy_is_stopped};

/* The observer, without its processes. */
static int toy_look(
	void *eyes, const struct buf *question, struct buf *ret_answer, struct err *err)
{
	struct toy *toy = eyes;
	static const struct observe_duty duty = {.seconds = 0};
	struct observing observing = {.machine = &toy->machine,
		.key = toy->key,
		.key_error = "no key",
		.duty = &duty,
		.ticket = -1};

	(void)err;
	observe_answer(&observing, question, ret_answer);
	return 0;
}

static int toy_ask(
	void *eyes, const struct buf *question, struct buf *ret_answer, struct err *err)
{
	struct toy *toy = eyes;

	(void)err;
	comparing_answer(&toy->comparing, question, ret_answer);
	return 0;
}

/* The plan is the test's. */
static void forget_plan(struct comparing *comparing)
{
	if (comparing->plan != comparing->whole)
		plan_arranged_free(comparing->plan);
	comparing->plan = comparing->whole = NULL;
	comparing_free(comparing);
}

/* It compares with that plan, which it borrows. */
static struct observer toy_observer(struct toy *toy, const struct plan *plan)
{
	forget_plan(&toy->comparing);
	toy->comparing.looking = (struct looking){.ask = toy_look,
		.eyes = toy,
		.pause = toy_pause,
		.now_ms = toy_now_ms,
		.clock = toy,
		.poll_ms = COMPARE_POLL_MS,
		.flap_ms = COMPARE_FLAP_MS,
		.settle_ms = COMPARE_SETTLE_MS};
	comparing_take_plan(&toy->comparing, (struct plan *)plan);
	return (struct observer){
		.ask = toy_ask, .eyes = toy, .redaction = plan->redaction};
}

static struct hands toy_hands(struct toy *toy)
{
	return (struct hands){.ops = &toy_ops, .context = toy};
}

static const struct entry toy_files[] = {
	{"etc/machine-id", MACHINE_ID "\n"},
	{"proc/sys/kernel/random/boot_id", BOOT_ID "\n"},
	{"proc/sys/kernel/hostname", "hv7\n"},
	{"proc/sys/kernel/osrelease", "6.1.0\n"},
	{"proc/swaps", "Filename Type Size Used Priority\n"},
	{"proc/1/ns/mnt", "-> mnt:[" NS "]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", TOY_ROOT_MOUNT TOY_MOUNT},
	{"proc/1/stat", "1 (systemd) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0\n"},
	{"sys/class/block/sda/dev", "700:100\n"},
	{"sys/class/block/sda/size", "524288\n"},
	{"sys/class/block/sda/device", NULL},
	{"sys/class/block/dm-5/dev", "700:5\n"},
	{"sys/class/block/dm-5/dm", NULL},
	{"sys/fs/ext4/dm-5", NULL},
	{"sys/dev/block/700:5/diskseq", "45\n"},
	{"sys/dev/block/700:5/holders", NULL},
	{"sys/dev/block/700:4/holders/dm-5/dev", "700:5\n"},
};

static void toy_new(struct toy *toy)
{
	*toy = (struct toy){
		.devices =
			{
				[REAL] = {true, "vg-disk-real", "LVM-" VG DISK "-real",
					"linear", "700:100 2048", NULL, {100}, 2, 0,
					false},
				[COW] = {true, "vg-backup-cow", "LVM-" VG SNAP "-cow",
					"linear", "700:100 34816", NULL, {100}, 1, 0,
					false},
				[ORIGIN] = {true, "vg-disk", "LVM-" VG DISK,
					"snapshot-origin", "700:1", NULL, {REAL}, 1, 0,
					false},
				[SNAPSHOT] = {true, "vg-backup", "LVM-" VG SNAP,
					"snapshot", "700:1 700:2 P 8", "16/2048 16",
					{REAL, COW}, 1, 0, false},
				[MAPPING] = {true, "acmeX1", "", "linear", "700:4 2048",
					NULL, {SNAPSHOT}, 1, 0, false},
			},
		.seqno = 4,
		.has_snap = true,
		.more_volumes = "",
		.vg_status = "\"RESIZEABLE\", \"READ\", \"WRITE\"",
	};
	strcpy(toy->root, "/tmp/snapstate-toy-XXXXXX");
	strcpy(toy->folder, "/tmp/snapstate-toy-XXXXXX");
	if (!mkdtemp(toy->root) || !mkdtemp(toy->folder))
		abort();
	for (size_t i = 0; i < COUNT_OF(toy_files); i++)
		toy_put(toy, toy_files[i].path, toy_files[i].content);
	toy->machine = (struct machine){
		.root = open(toy->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.dm = &toy_dm_ops,
		.lvm = &toy_lvm_ops,
		.context = toy,
		.clock = fake_clock,
	};
}

static void toy_free(struct toy *toy)
{
	orders_free(toy->orders);
	forget_plan(&toy->comparing);
	machine_close(&toy->machine);
	nftw(toy->root, root_forget, 16, FTW_DEPTH | FTW_PHYS);
	nftw(toy->folder, root_forget, 16, FTW_DEPTH | FTW_PHYS);
	free(toy->out);
	free(toy->errors);
}
#define cleanup_toy cleanup_with(toy_free)

/* ---- the plan ---- */

static void set_string(char **place, const char *text)
{
	char *copy = xstrdup(text); /* `text` may be what is replaced */

	free(*place);
	*place = copy;
}

/* As its plan sees it. */
static struct host *toy_host(struct toy *toy)
{
	struct host *host = NULL, *redacted;
	struct err err = ERR_INIT;

	assert_int_equal(probe_host(&toy->machine, PROBE_ALL, &host, &err), 0);
	if (!toy->key)
		return host;
	redact_secrets(host);
	redacted = redact_names(host, toy->key);
	host_free(host);
	return redacted;
}

static void toy_scope(const struct toy *toy, const struct host *host,
	enum scope_level origin, struct scope *ret)
{
	for (uint32_t i = COW; i <= MAPPING; i++) {
		struct device device = {.devno = {FAKE_MAJOR, i},
			.name = toy->devices[i].name,
			.uuid = toy->devices[i].uuid};
		const struct device *found = host_device_by_devno(host, device.devno);

		if (found)
			device.name = found->name;
		scope_add_device(ret, &device, i == ORIGIN ? origin : SCOPE_ALL);
	}
	scope_add_group(ret, VG);
	scope_add_volume(ret, VG, SNAP);
	scope_add_volume_condition(ret, CONDITION_SETTLED, VG, DISK);
	scope_add_volume_condition(ret, CONDITION_SIBLINGS, VG, DISK);
	scope_add_group_condition(ret, CONDITION_SINGLE, VG);
	scope_add_volume_condition(ret, CONDITION_NOT_CONFIGURED, VG, SNAP);
	scope_add_condition(ret, &(struct condition){.kind = CONDITION_QUIET,
					 .vg_uuid = "",
					 .lv_uuid = "",
					 .argument = ""});
}

static void toy_facts(struct toy *toy, enum scope_level origin, struct facts *ret)
{
	cleanup_host struct host *host = toy_host(toy);
	cleanup_scope struct scope scope = {0};

	toy_scope(toy, host, origin, &scope);
	host_facts(host, &scope, ret);
}

static void set_target(struct plan_step *step)
{
	struct plan_target *target = &step->target;

	switch (step->op) {
	case OP_UMOUNT:
		target->namespace_id = 4026531841;
		target->mount_id = 44;
		target->devno = (struct devno){FAKE_MAJOR, MAPPING};
		set_string(&target->mount_target, "/mnt/backup");
		return;
	case OP_DM_REMOVE:
		target->devno = (struct devno){FAKE_MAJOR, MAPPING};
		set_string(&target->dm_name, "acmeX1");
		return;
	case OP_LV_REMOVE:
		set_string(&target->vg_uuid, VG);
		set_string(&target->lv_uuid, SNAP);
		set_string(&target->origin_uuid, DISK);
		set_string(&target->vg_name, "vg");
		set_string(&target->lv_name, "backup");
		return;
	case OP_LV_REFRESH:
	case OP_SWAP_OFF: /* no step of this plan */
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return;
	}
}

static void set_pseudonyms(struct toy *toy, struct plan_step *step)
{
	cleanup_host struct host *host = toy_host(toy);
	cleanup_facts struct facts strings = FACTS_INIT;
	struct plan_target *target = &step->target;
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct wanted_names names = {.count = 0};
	struct plan_step named;

	names_ask(step, &names);
	observe_names(host, &(struct observe_question){.names = names}, &sight);
	wanted_names_free(&names);
	assert_int_equal(names_of_step(&sight, step, &strings, &named, NULL), 0);
	set_string(&target->mount_target, named.target.mount_target);
	set_string(&target->dm_name, named.target.dm_name);
	set_string(&target->vg_name, named.target.vg_name);
	set_string(&target->lv_name, named.target.lv_name);
}

/* Lets a toy do the step, and notes what it changed. */
static void predict(struct toy *toy, struct plan *plan, enum plan_op op)
{
	struct plan_step *step = plan_step_add(plan, op);
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;
	cleanup_facts struct facts around_before = FACTS_INIT, around_after = FACTS_INIT;
	cleanup_facts struct facts maybe = FACTS_INIT, maybe_new = FACTS_INIT;

	set_target(step);
	if (toy->key)
		set_pseudonyms(toy, step);
	plan_step_reason(step, "it is in the way");
	toy_facts(toy, SCOPE_IDENTITY, &before);
	toy_facts(toy, SCOPE_TABLE, &around_before);
	toy_act(toy, op);
	toy_facts(toy, SCOPE_IDENTITY, &after);
	toy_facts(toy, SCOPE_TABLE, &around_after);
	facts_minus(&before, &after, &step->gone);
	facts_minus(&after, &before, &step->new);
	facts_minus(&around_before, &around_after, &maybe);
	facts_minus(&maybe, &step->gone, &step->maybe_gone);
	facts_minus(&around_after, &around_before, &maybe_new);
	facts_minus(&maybe_new, &step->new, &step->maybe_new);
}

/* A plan for a toy as it is new, written and read once. `origin` is how much of the
 * origin is verified; what becomes of its table is uncertain in any case. */
static struct plan *toy_plan_with(enum scope_level origin, const struct redact_key *key)
{
	cleanup_toy struct toy toy;
	cleanup_host struct host *host = NULL;
	cleanup_plan struct plan *plan = plan_new();
	struct plan *read = NULL;
	cleanup_scope struct scope scope = {0};
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	toy_new(&toy);
	toy.key = key;
	host = toy_host(&toy);
	toy_scope(&toy, host, origin, &scope);
	plan_scope_set(plan, &scope);
	memset(plan->capture_sha256, 'a', SHA256_HEX_LEN);
	snprintf(
		plan->redaction, sizeof(plan->redaction), "%s", host->identity.redaction);
	toy_facts(&toy, origin, &plan->expect);
	predict(&toy, plan, OP_UMOUNT);
	predict(&toy, plan, OP_DM_REMOVE);
	predict(&toy, plan, OP_LV_REMOVE);
	plan_write(plan, &text);
	if (plan_read(text.data, text.len, "toy", &read, &err) < 0)
		fail_msg("%s\n%s", err.msg, text.data);
	return read;
}

static struct plan *toy_plan(void)
{
	return toy_plan_with(SCOPE_IDENTITY, NULL);
}

/* ---- a run ---- */

static void toy_read_orders(struct toy *toy, const struct plan *plan)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	plan_write((struct plan *)plan, &text);
	orders_free(toy->orders);
	toy->orders = NULL;
	if (orders_read(text.data, text.len, "toy", &toy->orders, &err) < 0)
		fail_msg("%s\n%s", err.msg, text.data);
}

/* What it says is toy->out and toy->errors at its end. */
static struct executor toy_executor(struct toy *toy, const struct plan *plan)
{
	toy_read_orders(toy, plan);
	return (struct executor){
		.observer = toy_observer(toy, plan),
		.hands = toy_hands(toy),
		.plan = toy->orders,
		.whole = toy->orders,
		.is_going_on = toy->is_going_on,
		.out = open_memstream(&toy->out, &toy->out_len),
		.errors = open_memstream(&toy->errors, &toy->errors_len),
	};
}

static void toy_executor_end(struct executor *executor)
{
	FILE *out = executor->out, *errors = executor->errors;

	executor_free(executor);
	fclose(out);
	fclose(errors);
}

static enum exit_code toy_run(struct toy *toy, const struct plan *plan, bool is_apply)
{
	struct executor executor = toy_executor(toy, plan);
	cleanup_journal struct journal journal = JOURNAL_INIT;
	struct err err = ERR_INIT;
	enum exit_code code = executor_verify(&executor);

	if (code == EXIT_DONE)
		executor_show(&executor);
	if (code == EXIT_DONE && is_apply) {
		toy->journal = &journal;
		if (journal_create(toy->folder, toy->orders, "toy.snapplan",
			    &executor.sight, &executor.hands, &journal, &err) < 0)
			fail_msg("%s", err.msg);
		if (toy->fsize) {
			struct rlimit limit = *toy->fsize;

			limit.rlim_cur += (rlim_t)journal.bytes;
			assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		}
		code = executor_apply(&executor, &journal);
	}
	toy_executor_end(&executor);
	return code;
}

/* As --apply --resume does it; the journal is there. */
static enum exit_code toy_resume(struct toy *toy, const struct plan *plan)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct journal_state recalled;
	struct executor executor = toy_executor(toy, plan);
	cleanup_journal struct journal journal = JOURNAL_INIT;
	struct err err = ERR_INIT;
	enum exit_code code;

	if (journal_load(toy->folder, toy->orders, &executor.observer, &text, &recalled,
		    &err) < 0)
		fail_msg("%s", err.msg);
	executor.resumed = &recalled;
	code = executor_verify(&executor);
	if (code == EXIT_DONE) {
		toy->journal = &journal;
		if (journal_resume(toy->folder, toy->orders, "toy.snapplan",
			    &executor.sight, &executor.hands, &text, &recalled, &journal,
			    &err) < 0)
			fail_msg("%s", err.msg);
		code = executor_apply(&executor, &journal);
	}
	toy_executor_end(&executor);
	return code;
}

static void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void toy_journal(const struct toy *toy, const struct plan *plan, struct buf *ret)
{
	struct err err = ERR_INIT;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.journal", toy->folder, plan->digest);
	if (file_read_at(AT_FDCWD, path, 1 << 20, ret, &err) < 0)
		fail_msg("%s", err.msg);
}

static void toy_forget_words(struct toy *toy)
{
	free(toy->out);
	free(toy->errors);
	toy->out = toy->errors = NULL;
}

static void toy_put_journal(
	const struct toy *toy, const struct plan *plan, const char *text, size_t len)
{
	cleanup_free char *copy = xstrndup(text, len);
	char name[128];

	snprintf(name, sizeof(name), "%s.journal", plan->digest);
	root_put(toy->folder, name, copy);
}

/* ---- verifying ---- */

static void test_without_apply_nothing_is_done(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	assert_int_equal(toy_run(&toy, plan, false), EXIT_DONE);
	assert_int_equal(toy.n_acts, 0);
	assert_string_equal(toy.holds, "");
	assert_string_equal(toy.errors, "");
	assert_says(toy.out, "step 1 of 3  umount /mnt/backup\n    it is in the way\n");
	assert_says(toy.out, "step 2 of 3  dmsetup remove acmeX1\n");
	assert_says(toy.out, "step 3 of 3  lvremove -y vg/backup\n");
	/* nothing in the journal's folder */
	assert_int_equal(rmdir(toy.folder), 0);
}

static void open_the_mapping(struct toy *toy)
{
	toy->devices[MAPPING].open++;
}
static void change_the_table(struct toy *toy)
{
	toy->devices[MAPPING].params = "700:4 4096";
}
static void load_another_table(struct toy *toy)
{
	toy->devices[SNAPSHOT].has_inactive = true;
}
static void suspend(struct toy *toy)
{
	toy->devices[SNAPSHOT].flags |= DEVICE_SUSPENDED;
}
static void overflow(struct toy *toy)
{
	toy->devices[SNAPSHOT].status = "Invalid";
}
static void stack_something(struct toy *toy)
{
	toy->devices[6] = (struct toy_device){
		true, "above", "", "linear", "700:4 0", NULL, {SNAPSHOT}, 0, 0, false};
}
static void re_create(struct toy *toy)
{
	toy_put(toy, "sys/dev/block/700:5/diskseq", "99\n");
}
static void rename_mapping(struct toy *toy)
{
	toy->devices[MAPPING].name = "backupX2";
}
static void give_it_a_uuid(struct toy *toy)
{
	toy->devices[MAPPING].uuid = "part1-LVM-" VG SNAP;
}
static void remove_mapping(struct toy *toy)
{
	toy->devices[MAPPING].is_there = false;
}
static void mount_again(struct toy *toy)
{
	toy_put(toy, "proc/1/mountinfo",
		TOY_ROOT_MOUNT TOY_MOUNT "45 1 700:5 / /mnt/b rw - ext4 /dev/dm-5 rw\n");
}
static void remount_elsewhere(struct toy *toy)
{
	toy_put(toy, "proc/1/mountinfo",
		TOY_ROOT_MOUNT
		"46 1 700:5 / /mnt/backup rw - ext4 /dev/mapper/acmeX1 rw\n");
}
static void use_the_mount(struct toy *toy)
{
	toy_put(toy, "proc/50/stat",
		"50 (tar) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0\n");
	toy_put(toy, "proc/50/fd/3", "-> /mnt/backup/a");
	toy_put(toy, "proc/50/fdinfo/3", "pos:\t0\nflags:\t0100000\nmnt_id:\t44\n");
	toy_put(toy, "proc/50/ns/mnt", "-> mnt:[" NS "]");
	toy_put(toy, "proc/50/root", "-> /");
}
static void swap_on_it(struct toy *toy)
{
	toy_put(toy, "proc/swaps",
		"Filename Type Size Used Priority\n/dev/dm-5 partition 1 0 -2\n");
}
static void lose_the_volume(struct toy *toy)
{
	toy->has_snap = false;
	toy->seqno++;
}
static void export_the_group(struct toy *toy)
{
	toy->vg_status = "\"RESIZEABLE\", \"READ\", \"WRITE\", \"EXPORTED\"";
	toy->seqno++;
}
static void reboot(struct toy *toy)
{
	toy_put(toy, "proc/sys/kernel/random/boot_id",
		"8d1e0000-0000-4000-8000-000000000001\n");
}
static void move_to_another_host(struct toy *toy)
{
	toy_put(toy, "etc/machine-id", "f123456789abcdef0123456789abcdef\n");
}

static void test_any_changed_fact_refuses(void **state)
{
	static const struct {
		void (*change)(struct toy *toy);
		const char *said;
	} cases[] = {
		{open_the_mapping,
			"the open count of acmeX1 (700:5) is now 2, expected 1\n"},
		{change_the_table, "the table of acmeX1 (700:5) is now 0 2048 linear "
				   "700:4 4096, expected 0 2048 linear 700:4 "},
		{load_another_table, "  the inactive table of vg-backup (700:4) is now 0 "
				     "2048 error\n"},
		{suspend, "(700:4) is now suspended\n"},
		{overflow, "  vg-backup (700:4): the snapshot is now invalid, expected "
			   "valid\n"},
		{stack_something, " now uses vg-backup (700:4)\n"},
		{re_create, "acmeX1 (700:5) was removed and created again\n"},
		{rename_mapping, "acmeX1 (700:5) is gone\n"},
		{give_it_a_uuid, "acmeX1 (700:5) is gone\n"},
		{remove_mapping, "acmeX1 (700:5) is gone\n"},
		{mount_again, "acmeX1 (700:5) is now mounted on /mnt/b\n"},
		{remount_elsewhere, "/mnt/backup was unmounted and mounted again\n"},
		{use_the_mount,
			"  process 50 (tar) now has a file on /mnt/backup open\n"},
		{swap_on_it, "swap /dev/dm-5 on acmeX1 (700:5) now is active\n"},
		{lose_the_volume,
			"  volume vg/backup is no longer in the LVM metadata\n"},
		{export_the_group,
			"the state of volume group vg is now exported, expected none\n"},
		{reboot, "restarted since its capture"},
		{move_to_another_host, "for another host"},
	};
	cleanup_plan struct plan *plan = toy_plan();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_toy struct toy toy;
		enum exit_code code;

		toy_new(&toy);
		cases[i].change(&toy);
		code = toy_run(&toy, plan, true);
		assert_says(toy.errors, cases[i].said);
		assert_int_equal(code, EXIT_DIFFERS);
		assert_says(toy.errors, "nothing was changed");
		assert_says(toy.errors, "make a new capture");
		assert_int_equal(toy.n_acts, 0);
		assert_int_equal(rmdir(toy.folder), 0);
	}
}

static void test_what_changed_elsewhere_does_not_matter(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	/* another mapping on the same disk, more opens of the origin, a fuller snapshot
	 */
	toy.devices[6] = (struct toy_device){
		true, "other", "X", "linear", "700:100 9", NULL, {0}, 3, 0, false};
	toy.devices[ORIGIN].open = 5;
	toy.devices[SNAPSHOT].status = "1024/2048 16";
	/* another volume in the same group, another mount, another process */
	toy.seqno = 90;
	toy.more_volumes =
		"new {\nid = \"nnnnnn-nnnn-nnnn-nnnn-nnnn-nnnn-nnnnnn\"\n"
		"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n"
		"segment_count = 1\nsegment1 {\nstart_extent = 0\nextent_count = 4\n"
		"type = \"striped\"\nstripe_count = 1\nstripes = [\"pv0\", 20]\n}\n}\n";
	toy_put(&toy, "proc/1/mountinfo",
		TOY_ROOT_MOUNT TOY_MOUNT "50 1 0:50 / /tmp rw - tmpfs none rw\n");
	toy_put(&toy, "proc/60/stat",
		"60 (rsync) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0\n");
	if (toy_run(&toy, plan, false) != EXIT_DONE)
		fail_msg("%s", toy.errors);
}

static void test_a_moment_of_udev_is_waited_for(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy, stuck;

	(void)state;
	toy_new(&toy);
	toy.calm_ms = 1500;
	assert_int_equal(toy_run(&toy, plan, false), EXIT_DONE);
	assert_true(toy.now_ms >= 1500 && toy.now_ms < 2000);
	toy_new(&stuck);
	stuck.calm_ms = 1000000;
	assert_int_equal(toy_run(&stuck, plan, false), EXIT_DIFFERS);
	assert_true(stuck.now_ms <= 2200);
}

/* It is waited for a while; by the removal of a mapping, and by what is done, not at all. */
static void test_a_command_at_work(void **state)
{
	static const struct {
		unsigned after, n_acts;
		int64_t until;
		enum exit_code code;
	} rows[] = {
		{0, 3, 2000, EXIT_DONE},
		{0, 0, 1000000, EXIT_DIFFERS},
		{1, 3, 2000, EXIT_DONE},
		{1, 2, 1000000, EXIT_DIFFERS},
		{3, 3, 1000000, EXIT_DONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		cleanup_toy struct toy toy;

		toy_new(&toy);
		toy.command_after = rows[i].after;
		toy.command_until = rows[i].until;
		toy_command(&toy);
		if (toy_run(&toy, plan, true) != rows[i].code)
			fail_msg("row %zu: %s", i, toy.errors);
		assert_int_equal(toy.n_acts, rows[i].n_acts);
		if (rows[i].code == EXIT_DIFFERS)
			assert_says(toy.errors, "lvchange is running");
	}
}

/* Who uses a mount is asked before it is unmounted: another mount of its file system may
 * be in use. */
static void test_what_a_step_reads(void **state)
{
	static const bool has_processes[] = {true, false, true};
	cleanup_plan struct plan *plan = toy_plan();
	const struct facts none = FACTS_INIT;

	(void)state;
	assert_int_equal(plan->n_steps, COUNT_OF(has_processes));
	for (size_t i = 0; i < plan->n_steps; i++) {
		cleanup_view struct view view = {0};

		view_of_step(plan, &plan->steps[i], &plan->expect, &none, &view);
		assert_int_equal(
			(view.parts & PROBE_PROCESSES) != 0, has_processes[i]);
		assert_int_equal(view.parts_after,
			view.parts & ~(unsigned)PROBE_PROCESSES);
	}
}

/* Where LVM is kept out of the way it is asked before, and whether processes can be read:
 * for the snapshot's own mappings, and for one of what LVM may take for a disk. */
static void test_what_a_removal_relies_on(void **state)
{
	static const struct {
		const char *uuid; /* of what the step removes */
		bool is_on_loop;
		bool has_view;
	} rows[] = {
		{"LVM-" VG SNAP, false, true},
		{"LVM-" VG SNAP "-cow", false, true},
		{"part1-LVM-" VG SNAP, false, false},
		{"part1-devnode_7:1_Wh5pYvM", true, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		const struct facts none = FACTS_INIT;
		struct block loop = {.devno = {7, 1}, .kname = "loop1"};
		cleanup_view struct view view = {0};

		scope_add_block(&plan->scope, &loop);
		set_string(&plan->steps[1].target.dm_uuid, rows[i].uuid);
		if (rows[i].is_on_loop)
			facts_insert(&plan->expect, "holder 7:1 dm 700:5");
		assert_int_equal(view_of_metadata(plan, &plan->steps[1], &plan->expect,
					 &none, false, &view),
			rows[i].has_view);
		if (!rows[i].has_view)
			continue;
		assert_int_equal(view.scope.n_groups, 1);
		assert_int_equal(view.parts & (PROBE_LVM | PROBE_PROCESSES),
			PROBE_LVM | PROBE_PROCESSES);
	}
}

static void test_other_facts_are_not_waited_for(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	change_the_table(&toy);
	assert_int_equal(toy_run(&toy, plan, false), EXIT_DIFFERS);
	assert_int_equal(toy.now_ms, 0);
}

/* Whether it can be done whole is known before the first step. */
static void test_an_old_lvm(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy rehearsed, toy, newer, refusing, cached;

	(void)state;
	toy_new(&rehearsed);
	rehearsed.lvm_version = "2.02.120(2)";
	assert_int_equal(toy_run(&rehearsed, plan, false), EXIT_ENVIRONMENT);
	assert_says(rehearsed.errors, "LVM 2.02.120 cannot compare");
	toy_new(&toy);
	toy.lvm_version = "2.02.120(2)";
	assert_int_equal(toy_run(&toy, plan, true), EXIT_ENVIRONMENT);
	assert_says(toy.errors, "LVM 2.02.120 cannot compare uuid, origin, sequence");
	assert_says(toy.errors, "nothing was changed");
	assert_int_equal(toy.n_acts, 0);
	toy_new(&newer);
	newer.lvm_version = "2.02.133(2)";
	assert_int_equal(toy_run(&newer, plan, true), EXIT_DONE);
	toy_new(&refusing);
	refusing.lvm_version = "2.02.133(2)";
	refusing.lvm_settings = "metadata_read_only=1\n";
	assert_int_equal(toy_run(&refusing, plan, false), EXIT_ENVIRONMENT);
	assert_says(refusing.errors, "LVM is not to change groups here: lvm.conf has "
				     "global/metadata_read_only=1");
	toy_new(&cached);
	cached.lvm_version = "2.02.133(2)";
	cached.lvm_settings = LVM_LVMETAD_RUNS "\n";
	assert_int_equal(toy_run(&cached, plan, true), EXIT_ENVIRONMENT);
	assert_says(cached.errors,
		"LVM is not to change groups here: lvmetad is running, and would keep");
	assert_says(cached.errors, "lvm2-lvmetad.service; nothing was changed");
	assert_int_equal(cached.n_acts, 0);
}

/* Also of a later step. */
static void test_a_call_is_missing(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy rehearsed, toy;

	(void)state;
	toy_new(&rehearsed);
	rehearsed.missing = "dm-remove";
	assert_int_equal(toy_run(&rehearsed, plan, false), EXIT_ENVIRONMENT);
	assert_says(rehearsed.errors, "umount2 is missing; nothing was changed");
	toy_new(&toy);
	toy.missing = "lv-remove";
	assert_int_equal(toy_run(&toy, plan, true), EXIT_ENVIRONMENT);
	assert_says(toy.errors, "umount2 is missing; nothing was changed");
	assert_int_equal(toy.n_acts, 0);
}

static void test_unreadable_is_not_empty(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy dm, lvm, mounts;

	(void)state;
	toy_new(&dm);
	dm.dm_result = -EPERM;
	assert_int_equal(toy_run(&dm, plan, true), EXIT_ENVIRONMENT);
	assert_says(dm.errors, "dm could not be read: denied, not permitted");
	toy_new(&lvm);
	lvm.lvm_result = -ETIMEDOUT;
	assert_int_equal(toy_run(&lvm, plan, true), EXIT_ENVIRONMENT);
	assert_says(lvm.errors, "lvm/report.json could not be read: timed-out");
	toy_new(&mounts);
	toy_put(&mounts, "proc/1/mountinfo", "half a li");
	assert_int_equal(toy_run(&mounts, plan, true), EXIT_ENVIRONMENT);
	assert_says(mounts.errors, "mounts/" NS " could not be read");
	assert_int_equal(dm.n_acts + lvm.n_acts + mounts.n_acts, 0);
}

/* ---- applying ---- */

static void kept_path(const struct toy *toy, const struct plan *plan, struct buf *ret)
{
	buf_printf(ret, "%s/", toy->folder);
	journal_kept_name(plan->digest, VG, ret);
}

/* The group's metadata as it was before lvremove, nothing around it. */
static void kept_sha256(
	const struct toy *toy, const struct plan *plan, char ret_hex[SHA256_HEX_LEN + 1])
{
	cleanup_buf struct buf path = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat stat;

	kept_path(toy, plan, &path);
	if (file_read_at(AT_FDCWD, buf_text(&path), 1 << 20, &text, &err) < 0 ||
		lstat(buf_text(&path), &stat) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(stat.st_mode & 07777, 0600);
	assert_int_equal(strncmp(buf_text(&text), "vg {", 4), 0);
	assert_non_null(strstr(buf_text(&text), "backup"));
	assert_null(strstr(buf_text(&text), "---"));
	sha256_hex(buf_text(&text), text.len, ret_hex);
}

/* Removed on another host, and still mapped here. */
static void toy_make_stale(struct toy *toy)
{
	toy_new(toy);
	toy_umount(toy);
	toy_dm_remove(toy);
	toy->has_snap = false;
	toy->is_stale = true;
}

static void predict_stale(struct toy *toy, struct plan *plan, uint32_t minor)
{
	struct plan_step *step = plan_step_add(plan, OP_DM_REMOVE);
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;

	step->target.devno = (struct devno){FAKE_MAJOR, minor};
	set_string(&step->target.dm_uuid, toy->devices[minor].uuid);
	set_string(&step->target.dm_name, toy->devices[minor].name);
	plan_step_reason(step, "it is stale");
	toy_facts(toy, SCOPE_IDENTITY, &before);
	toy_stale_remove(toy);
	toy_facts(toy, SCOPE_IDENTITY, &after);
	facts_minus(&before, &after, &step->gone);
	facts_minus(&after, &before, &step->new);
}

static struct plan *stale_plan(void)
{
	cleanup_toy struct toy toy;
	cleanup_host struct host *host = NULL;
	cleanup_scope struct scope scope = {0};
	struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT;

	toy_make_stale(&toy);
	host = toy_host(&toy);
	toy_scope(&toy, host, SCOPE_IDENTITY, &scope);
	plan_scope_set(plan, &scope);
	memset(plan->capture_sha256, 'a', SHA256_HEX_LEN);
	toy_facts(&toy, SCOPE_IDENTITY, &plan->expect);
	predict_stale(&toy, plan, SNAPSHOT);
	predict_stale(&toy, plan, COW);
	plan_write(plan, &text); /* sets its digest */
	return plan;
}

/* From one removal behind LVM's back to the next, as long as what LVM said counts; then
 * others have their turn, and LVM is asked again. */
static void test_the_lock_is_kept(void **state)
{
	static const struct {
		int64_t act_ms, paused_ms;
		bool is_clone_coming;
		enum exit_code code;
		const char *holds;
	} rows[] = {
		{0, 0, false, EXIT_DONE, "+vg!!-vg"},
		{EXECUTOR_HELD_MS_LEAST - 1, 0, false, EXIT_DONE, "+vg!!-vg"},
		{EXECUTOR_HELD_MS_LEAST, EXECUTOR_TURN_MS, false, EXIT_DONE,
			"+vg!-vg+vg!-vg"},
		/* found when LVM is asked again, and not before */
		{0, 0, true, EXIT_STOPPED, "+vg!!-vg"},
		{EXECUTOR_HELD_MS_LEAST, EXECUTOR_TURN_MS, true, EXIT_DIFFERS,
			"+vg!-vg+vg-vg"},
	};
	cleanup_plan struct plan *plan = stale_plan();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cleanup_toy struct toy toy;
		enum exit_code code;

		toy_make_stale(&toy);
		toy.act_ms = rows[i].act_ms;
		toy.is_clone_coming = rows[i].is_clone_coming;
		code = toy_run(&toy, plan, true);
		if (code != rows[i].code)
			fail_msg("row %zu: %d, %s", i, code, toy.errors);
		assert_string_equal(toy.holds, rows[i].holds);
		if (code != EXIT_DONE)
			assert_says(toy.errors, "LVM refuses to change the group");
		else
			assert_int_equal(
				toy.now_ms, 2 * rows[i].act_ms + rows[i].paused_ms);
	}
}

/* Those that had their turn may take their time, but not all of it. */
static void test_the_lock_is_taken_back(void **state)
{
	cleanup_plan struct plan *plan = stale_plan();

	(void)state;
	for (unsigned n = EXECUTOR_TURN_TRIES - 1; n <= EXECUTOR_TURN_TRIES; n++) {
		bool is_given_up = n == EXECUTOR_TURN_TRIES;
		cleanup_toy struct toy toy;

		toy_make_stale(&toy);
		toy.act_ms = EXECUTOR_HELD_MS_LEAST;
		toy.n_locked = n;
		assert_int_equal(toy_run(&toy, plan, true),
			is_given_up ? EXIT_DIFFERS : EXIT_DONE);
		assert_says(toy.out, "    volume group vg is locked: told\n");
		assert_string_equal(
			toy.holds, is_given_up ? "+vg!-vg" : "+vg!-vg+vg!-vg");
		if (is_given_up)
			assert_says(toy.errors, "step 2 changed nothing: volume group vg "
						"is locked\n");
	}
}

static void test_all_steps(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_buf struct buf journal = BUF_INIT, expected = BUF_INIT;
	char kept[SHA256_HEX_LEN + 1];
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	if (toy_run(&toy, plan, true) != EXIT_DONE)
		fail_msg("%s", toy.errors);
	assert_int_equal(toy.n_acts, 3);
	assert_string_equal(toy.errors, "");
	/* the lock of the group is held around dm-remove, and only there */
	assert_string_equal(toy.holds, "!+vg!-vg!");
	kept_sha256(&toy, plan, kept);
	buf_printf(&expected,
		"snapstate-journal 1\n"
		"plan sha256:%s file toy.snapplan\n"
		"host machine-id " MACHINE_ID " boot-id " BOOT_ID "\n"
		"steps 3\n"
		"0 verified " WHEN " %zu\n"
		"1 intent " WHEN " umount mount " NS
		":44 device 700:5 target /mnt/backup\n"
		"1 done " WHEN "\n"
		"2 intent " WHEN " dm-remove device 700:5 uuid - name acmeX1\n"
		"2 done " WHEN "\n"
		"3 kept " WHEN " " VG " 4 sha256:%s\n"
		"3 intent " WHEN " lv-remove volume " VG "/" SNAP " origin " DISK
		" name vg/backup\n"
		"3 done " WHEN "\n"
		"0 finished " WHEN "\n",
		plan->digest, plan->expect.count, kept);
	toy_journal(&toy, plan, &journal);
	assert_string_equal(journal.data, expected.data);
}

/* The plan knows the mapping under a pseudonym only; it has no uuid, so its name is what
 * is acted on. */
static void test_a_plan_with_pseudonyms(void **state)
{
	static const struct redact_key key = {"the key of the capture.........",
					       "0123456789abcdef"},
				       other = {"another key....................",
					       "0123456789abcdef"};
	cleanup_plan struct plan *plan = toy_plan_with(SCOPE_IDENTITY, &key);
	cleanup_buf struct buf journal = BUF_INIT;
	cleanup_toy struct toy toy, wrong;

	(void)state;
	toy_new(&toy);
	toy_new(&wrong);
	assert_string_equal(plan->redaction, key.id);
	assert_string_not_equal(plan->steps[1].target.dm_name, "acmeX1");
	wrong.key = &other;
	assert_int_equal(toy_run(&wrong, plan, true), EXIT_DIFFERS);
	assert_int_equal(wrong.n_acts, 0);
	toy.key = &key;
	toy.manners[OP_UMOUNT] = RIGHT_BUT_FAILS; /* and says something */
	if (toy_run(&toy, plan, true) != EXIT_DONE)
		fail_msg("%s", toy.errors);
	assert_string_equal(toy.commands, "umount /mnt/backup\n"
					  "dmsetup remove acmeX1\n"
					  "lvremove -y vg/backup\n");
	assert_says(toy.out, "dmsetup remove acmeX1");
	toy_journal(&toy, plan, &journal);
	assert_null(strstr(journal.data, "acme"));
	assert_says(journal.data, "file left-out\n");
	assert_says(journal.data, "1 output left-out\n");
}

static void test_a_plan_is_applied_once(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_journal struct journal journal = JOURNAL_INIT;
	const struct sight nothing = SIGHT_INIT;
	struct observer observer;
	struct hands hands;
	cleanup_toy struct toy toy;
	struct err err = ERR_INIT;

	(void)state;
	toy_new(&toy);
	hands = toy_hands(&toy);
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	observer = toy_observer(&toy, plan);
	assert_int_equal(journal_create(toy.folder, toy.orders, "x", &nothing, &hands,
				 &journal, &err),
		-EEXIST);
	assert_says(err.msg, "another run has just applied this plan");
	assert_int_equal(journal_find(toy.folder, toy.orders, &observer, &err), -EEXIST);
	assert_says(err.msg, "applied before, and that run carried out all its steps");
	assert_says(err.msg, plan->digest);
}

/* Manner of one step -> code, acts, words, last verdict in the journal. */
static void test_how_steps_end(void **state)
{
	static const struct {
		enum plan_op op;
		enum manner manner;
		enum exit_code code;
		unsigned n_acts;
		const char *said, *journaled;
	} cases[] = {
		{OP_DM_REMOVE, RIGHT_BUT_FAILS, EXIT_DONE, 3, "",
			"\n2 output first line\n2 output second \\x22line\\x22\n"
			"2 failed ended with status 5\n2 done "},
		{OP_DM_REMOVE, NOTHING, EXIT_DIFFERS, 2, "step 2 changed nothing",
			"\n2 unchanged " WHEN "\n0 stopped " WHEN " steps are left\n"},
		{OP_LV_REMOVE, LOST_AT_FIRST, EXIT_DONE, 5, "",
			"\n3 failed status 5\n3 done "},
		{OP_LV_REMOVE, ORIGIN_SUSPENDED, EXIT_STOPPED, 3,
			"  vg-backup (700:4) is still there\n"
			"  volume vg/backup is still in the LVM metadata\n",
			"\n3 failed killed by signal 9\n3 differs "},
		{OP_LV_REMOVE, FAILS, EXIT_DIFFERS, 7,
			"step 3 changed nothing: ended with status 5",
			"\n3 failed ended with status 5\n3 unchanged "},
		{OP_LV_REMOVE, OPENED, EXIT_DIFFERS, 3,
			"step 3 changed nothing: ended with status 5\n"
			"  the open count of vg-backup (700:4) is now 1, expected 0\n",
			"\n3 failed ended with status 5\n3 unchanged "},
		{OP_LV_REMOVE, LOCKED, EXIT_DIFFERS, 33,
			"step 3 changed nothing: volume group vg is locked by pid 4711\n"
			"snapstate-execute: 2 of 3 steps completed",
			"\n3 refused "},
		{OP_UMOUNT, FAILS, EXIT_DIFFERS, 1, "0 of 3 steps completed",
			"\n1 unchanged "},
		{OP_DM_REMOVE, WRONG, EXIT_STOPPED, 2,
			"  vg-backup (700:4) is now suspended\n",
			"\n2 differs " WHEN "\n2 expected device 700:4 "},
		{OP_DM_REMOVE, BUSY, EXIT_DIFFERS, 32,
			"something opens it for a moment, again and again",
			"\n2 failed it is open\n2 refused " WHEN " it is open\n"},
		{OP_UMOUNT, BUSY, EXIT_DIFFERS, 31,
			"was in use at each attempt, and no process shows by what",
			"\n1 refused " WHEN " it is open\n"},
		{OP_UMOUNT, STILL_LIVE, EXIT_STOPPED, 1,
			"is unmounted, but its file system is still live: held by "
			"something that no process and no mount table shows",
			"\n1 differs "},
		{OP_DM_REMOVE, BUSY_AT_FIRST, EXIT_DONE, 6, "", "\n2 done "},
		{OP_UMOUNT, STALE, EXIT_DIFFERS, 1, "it is not what it was",
			"\n1 refused " WHEN " it is not what it was\n"},
		{OP_DM_REMOVE, UNREADABLE_AFTER, EXIT_STOPPED, 2,
			"dm could not be read: denied", "\n2 unconfirmed "},
		{OP_UMOUNT, UNREADABLE_AFTER, EXIT_STOPPED, 1,
			"stopped in step 1: dm could not be read", "\n1 unconfirmed "},
		{OP_UMOUNT, JOURNAL_FULL_AFTER, EXIT_STOPPED, 1,
			"No space left on device", "\n1 intent "},
		{OP_UMOUNT, CHANGED_AFTER, EXIT_DIFFERS, 1,
			"step 2 changed nothing: the host is no longer as the plan "
			"expects it",
			"\n1 done " WHEN "\n2 refused "},
		{OP_DM_REMOVE, UDEV_STUCK, EXIT_STOPPED, 2,
			"stopped in step 2: it is done, but udev did not handle it",
			"\n2 done " WHEN "\n0 stopped " WHEN " steps are left\n"},
		{OP_LV_REMOVE, JOURNAL_FULL_AFTER, EXIT_STOPPED, 3,
			"No space left on device", "\n3 intent "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		cleanup_buf struct buf journal = BUF_INIT;
		cleanup_toy struct toy toy;
		struct journal_run run;
		enum exit_code code;

		toy_new(&toy);
		toy.manners[cases[i].op] = cases[i].manner;
		code = toy_run(&toy, plan, true);
		assert_says(toy.errors, cases[i].said);
		assert_int_equal(code, cases[i].code);
		assert_int_equal(toy.n_acts, cases[i].n_acts);
		toy_journal(&toy, plan, &journal);
		assert_says(journal.data, cases[i].journaled);
		if (code != EXIT_DONE)
			assert_null(strstr(journal.data, "finished"));
		assert_int_equal(journal_read(journal.data, journal.len, "x", &run, NULL),
			code == EXIT_DONE ? 0 : -ECANCELED);
	}
}

static void test_a_full_disk_stops_before_acting(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	struct executor executor = {0};
	struct journal journal = JOURNAL_INIT;

	(void)state;
	toy_new(&toy);
	journal.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	journal.path = xstrdup("/dev/full");
	executor.observer = toy_observer(&toy, plan);
	executor.hands = toy_hands(&toy);
	journal.hands = &executor.hands;
	toy_read_orders(&toy, plan);
	executor.plan = executor.whole = toy.orders;
	executor.out = executor.errors = open_memstream(&toy.errors, &toy.errors_len);
	assert_int_equal(executor_verify(&executor), EXIT_DONE);
	assert_int_equal(executor_apply(&executor, &journal), EXIT_ENVIRONMENT);
	fclose(executor.out);
	executor_free(&executor);
	journal_close(&journal);
	assert_says(toy.errors, "No space left on device; nothing was changed");
	assert_int_equal(toy.n_acts, 0);
}

/* What cannot be kept is not removed; and when it can be, --resume goes on. A file that
 * an earlier try left is no obstacle. */
static void test_no_removal_without_a_way_back(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_buf struct buf path = BUF_INIT, journal = BUF_INIT, later = BUF_INIT;
	char kept[SHA256_HEX_LEN + 1];
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	kept_path(&toy, plan, &path);
	assert_int_equal(
		mkdir(buf_text(&path), 0700), 0); /* not a file, and not removed */
	assert_int_equal(toy_run(&toy, plan, true), EXIT_STOPPED);
	assert_int_equal(toy.n_acts, 2);
	assert_says(toy.errors, "keep the volume group's metadata");
	toy_journal(&toy, plan, &journal);
	assert_null(strstr(buf_text(&journal), "3 intent "));
	assert_null(strstr(buf_text(&journal), "3 kept "));
	assert_int_equal(rmdir(buf_text(&path)), 0);
	assert_int_equal(symlink("/etc/passwd", buf_text(&path)), 0);
	free(toy.out);
	free(toy.errors);
	assert_int_equal(toy_resume(&toy, plan), EXIT_DONE);
	kept_sha256(&toy, plan, kept);
	toy_journal(&toy, plan, &later);
	assert_non_null(strstr(buf_text(&later), kept));
}

static void test_stopped_between_steps(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy before, later;

	(void)state;
	toy_new(&before);
	before.stop_at_once = true;
	assert_int_equal(toy_run(&before, plan, true), EXIT_DIFFERS);
	assert_int_equal(before.n_acts, 0);
	toy_new(&later);
	later.stop_after = 2;
	assert_int_equal(toy_run(&later, plan, true), EXIT_STOPPED);
	assert_int_equal(later.n_acts, 2);
	assert_says(later.errors,
		"interrupted between steps\nsnapstate-execute: 2 of 3 steps completed");
}

/* On a host with thousands of devices, looking at all of them at each step would take
 * longer than all the rest. */
static void test_a_step_reads_what_it_is_about(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy, blind;

	(void)state;
	toy_new(&toy);
	toy.devices[6] = (struct toy_device){
		true, "other", "X", "linear", "700:100 9", NULL, {0}, 3, 0, false};
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	assert_int_equal(toy.n_reads[6], 0);
	assert_int_equal(toy.n_reads[ORIGIN], 0);
	/* before and behind the act */
	assert_int_equal(toy.n_reads[SNAPSHOT], 2);
	assert_int_equal(toy.n_reads[MAPPING], 1);
	/* where sysfs does not tell what is near, all of them */
	toy_new(&blind);
	blind.devices[6] = toy.devices[6];
	toy_remove(&blind, "sys/dev/block/700:5/holders");
	assert_int_equal(toy_run(&blind, plan, true), EXIT_DONE);
	assert_true(blind.n_reads[6] > 0);
}

static void test_a_locked_group_is_left_alone(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	toy.is_locked = true;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DIFFERS);
	assert_int_equal(toy.n_acts, 1);
	assert_says(toy.errors, "step 2 changed nothing: volume group vg is locked");
}

/* ---- an interrupted run ---- */

static const enum plan_op toy_ops_in_order[] = {OP_UMOUNT, OP_DM_REMOVE, OP_LV_REMOVE};

static size_t count_lines(const char *text, const char *line)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, line)) != NULL; at++)
		count++;
	return count;
}

/* A run that was killed when the journal was `text`, and the host had `n_acts` of its
 * steps behind it. */
static void resume_from(
	const struct plan *plan, const char *text, size_t len, size_t n_acts)
{
	cleanup_toy struct toy toy;
	cleanup_buf struct buf journal = BUF_INIT;
	struct journal_run run;
	struct err err = ERR_INIT;

	toy_new(&toy);
	for (size_t i = 0; i < n_acts; i++)
		toy_act(&toy, toy_ops_in_order[i]);
	toy_put_journal(&toy, plan, text, len);
	if (toy_resume(&toy, plan) != EXIT_DONE)
		fail_msg("cut at %zu, %zu done: %s", len, n_acts, toy.errors);
	if (toy.n_acts != 3 - n_acts)
		fail_msg("cut at %zu, %zu done: %u steps", len, n_acts, toy.n_acts);
	toy_journal(&toy, plan, &journal);
	if (journal_read(buf_text(&journal), journal.len, "x", &run, &err) < 0)
		fail_msg("cut at %zu, %zu done: %s\n%s", len, n_acts, err.msg,
			buf_text(&journal));
	for (char number = '1'; number <= '3'; number++) {
		char done[] = "\nN done ", was_done[] = "\nN was-done ";

		done[1] = was_done[1] = number;
		if (count_lines(buf_text(&journal), done) +
				count_lines(buf_text(&journal), was_done) !=
			1)
			fail_msg("step %c of:\n%s", number, buf_text(&journal));
	}
}

/* At each line's begin, behind its first byte, before and behind its newline. */
static void test_killed_anywhere(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf text = BUF_INIT;
	size_t n_cuts = 0;

	(void)state;
	toy_new(&toy);
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	toy_journal(&toy, plan, &text);
	for (size_t len = 0; len < text.len; len++) {
		struct journal_run run;
		struct err err = ERR_INIT;

		if (len > 1 && text.data[len] != '\n' && text.data[len - 1] != '\n' &&
			text.data[len - 2] != '\n')
			continue;
		assert_int_equal(journal_parse(text.data, len, "x", &run, &err), 0);
		resume_from(plan, text.data, len, run.n_done);
		if (run.is_begun)
			resume_from(plan, text.data, len, run.n_done + 1);
		n_cuts++;
	}
	assert_true(n_cuts > 30);
}

/* The machine was reset, whatever the journal and the host came to: mappings are gone by
 * that, or made anew, and nothing that the plan expects can be relied on. */
static void resume_after_reset(const struct plan *plan, const char *text, size_t len)
{
	cleanup_toy struct toy toy;

	toy_new(&toy);
	toy_put_journal(&toy, plan, text, len);
	reboot(&toy);
	assert_int_equal(toy_resume(&toy, plan), EXIT_DIFFERS);
	assert_int_equal(toy.n_acts, 0);
	assert_says(toy.errors, "restarted since its capture");
	assert_says(toy.errors, "nothing was changed; make a new capture");
}

static void test_reset_anywhere(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	toy_new(&toy);
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	toy_journal(&toy, plan, &text);
	for (size_t len = 0; len < text.len; len++)
		if (!len || text.data[len - 1] == '\n' || len % 7 == 0)
			resume_after_reset(plan, text.data, len);
}

/* Killed again and again: each run leaves a journal that the next one goes on with. */
static void test_resumed_more_than_once(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf journal = BUF_INIT;
	struct journal_run run;
	struct err err = ERR_INIT;

	(void)state;
	toy_new(&toy);
	toy.stop_after = 1;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_STOPPED);
	assert_says(toy.errors, "--resume continues from here");
	for (unsigned acts = 2; acts <= 3; acts++) {
		toy.stop_after = acts;
		free(toy.out);
		free(toy.errors);
		assert_int_equal(
			toy_resume(&toy, plan), acts < 3 ? EXIT_STOPPED : EXIT_DONE);
		assert_int_equal(toy.n_acts, acts);
	}
	toy_journal(&toy, plan, &journal);
	assert_int_equal(
		journal_read(buf_text(&journal), journal.len, "x", &run, &err), 0);
	assert_says(buf_text(&journal), "\n0 resumed " WHEN " 1 0\n0 verified ");
	assert_says(buf_text(&journal), "\n0 resumed " WHEN " 2 0\n0 verified ");
}

/* What stood in the way is gone; what was done stays done. */
static void test_resumed_after_a_refusal(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	toy.manners[OP_DM_REMOVE] = BUSY;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DIFFERS);
	toy.manners[OP_DM_REMOVE] = RIGHT;
	toy.n_acts = 0;
	free(toy.out);
	free(toy.errors);
	assert_int_equal(toy_resume(&toy, plan), EXIT_DONE);
	assert_int_equal(toy.n_acts, 2);
}

/* A step was begun when the run was killed: the steps behind it are looked at as before
 * the first one, while nothing more is done. */
static void test_resumed_without_a_later_call(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	toy_new(&toy);
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	toy_journal(&toy, plan, &text);
	text.len = (size_t)(strchr(strstr(text.data, "1 intent "), '\n') + 1 - text.data);
	for (unsigned n_done = 0; n_done < 2; n_done++) {
		cleanup_toy struct toy killed;

		toy_new(&killed);
		toy_put_journal(&killed, plan, text.data, text.len);
		if (n_done)
			toy_umount(&killed);
		killed.missing = "lv-remove";
		assert_int_equal(toy_resume(&killed, plan),
			n_done ? EXIT_STOPPED : EXIT_ENVIRONMENT);
		assert_int_equal(killed.n_acts, 0);
		assert_says(killed.errors, "umount2 is missing; nothing was changed");
	}
}

/* lvm was killed in its midst: for a person. */
static void test_half_way(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf before = BUF_INIT, after = BUF_INIT;

	(void)state;
	toy_new(&toy);
	toy.manners[OP_LV_REMOVE] = ORIGIN_SUSPENDED;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_STOPPED);
	toy_journal(&toy, plan, &before);
	toy.manners[OP_LV_REMOVE] = RIGHT;
	toy.n_acts = 0;
	free(toy.out);
	free(toy.errors);
	assert_int_equal(toy_resume(&toy, plan), EXIT_STOPPED);
	assert_int_equal(toy.n_acts, 0);
	assert_says(toy.errors,
		"step 3 was begun, and its end is not recorded; the host is "
		"neither as before it nor as after it");
	assert_says(toy.errors, "  vg-disk (700:3) is now suspended\n");
	assert_says(toy.errors, "dmsetup resume it");
	toy_journal(&toy, plan, &after);
	assert_string_equal(buf_text(&before), buf_text(&after));
}

/* The lvm that the killed run started outlives it. */
static void test_lvm_still_at_work(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;
	cleanup_buf struct buf text = BUF_INIT;
	const char *intent;

	(void)state;
	toy_new(&toy);
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	toy_journal(&toy, plan, &text);
	intent = strstr(text.data, "3 intent ");
	text.len = (size_t)(strchr(intent, '\n') + 1 - text.data);
	toy_free(&toy);

	toy_new(&toy);
	toy_umount(&toy);
	toy_dm_remove(&toy);
	toy_put_journal(&toy, plan, text.data, text.len);
	toy.is_locked = true;
	assert_int_equal(toy_resume(&toy, plan), EXIT_DIFFERS);
	assert_int_equal(toy.n_acts, 0);
	assert_says(toy.errors, "may still be running");
}

/* A fact of a step that is done, changed since. */
static void test_changed_before_it_was_resumed(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_new(&toy);
	toy.stop_after = 1;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_STOPPED);
	toy.stop_after = 0;
	mount_again(&toy);
	free(toy.out);
	free(toy.errors);
	assert_int_equal(toy_resume(&toy, plan), EXIT_DIFFERS);
	assert_int_equal(toy.n_acts, 1);
}

/* true: there was room enough. */
static bool run_with_room(const struct plan *plan, rlim_t bytes)
{
	cleanup_toy struct toy toy;
	cleanup_buf struct buf text = BUF_INIT;
	struct rlimit limit, was;
	struct journal_run run;
	struct err err = ERR_INIT;
	enum exit_code code;

	toy_new(&toy);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	limit = was;
	limit.rlim_cur = bytes;
	toy.fsize = &limit;
	code = toy_run(&toy, plan, true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	if (code == EXIT_DONE)
		return true;
	toy_journal(&toy, plan, &text);
	assert_int_equal(journal_parse(buf_text(&text), text.len, "x", &run, &err), 0);
	assert_int_equal(run.whole, text.len);
	/* nothing was done that is not recorded */
	assert_true(toy.n_acts == run.n_done + run.is_begun);
	resume_from(plan, buf_text(&text), text.len, toy.n_acts);
	return false;
}

/* A disk that fills up at any byte: half a line does not stay. */
static void test_half_a_line(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	rlim_t bytes = 1;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	while (!run_with_room(plan, bytes))
		bytes += 29;
	assert_true(bytes > 300);
}

/* With its last snapshot the origin loses its -real layer; not so where another backup of
 * the same disk has begun. The plan says that either may come, and both are accepted. */
static void test_uncertain_facts_do_not_count(void **state)
{
	static const enum manner manners[] = {RIGHT, ORIGIN_KEPT};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(manners); i++) {
		cleanup_plan struct plan *plan = toy_plan_with(SCOPE_TABLE, NULL);
		cleanup_toy struct toy toy;

		assert_true(facts_has(
			&plan->expect, "table 700:3 0 2048 snapshot-origin 700:1"));
		assert_true(facts_has(&plan->steps[2].maybe_gone,
			"table 700:3 0 2048 snapshot-origin 700:1"));
		toy_new(&toy);
		toy.manners[OP_LV_REMOVE] = manners[i];
		if (manners[i] == ORIGIN_KEPT)
			toy_add_weekly(&toy, "cow_store");
		if (toy_run(&toy, plan, true) != EXIT_DONE)
			fail_msg("%s", toy.errors);
	}
}

static void test_an_empty_plan(void **state)
{
	cleanup_plan struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT, journal = BUF_INIT;
	cleanup_toy struct toy toy;

	(void)state;
	facts_add(&plan->expect, "host machine-id " MACHINE_ID " boot-id " BOOT_ID);
	memset(plan->capture_sha256, 'a', SHA256_HEX_LEN);
	plan_write(plan, &text);
	toy_new(&toy);
	toy.dm_result = -EPERM; /* it needs nothing of the host but its identity */
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DONE);
	toy_journal(&toy, plan, &journal);
	assert_says(journal.data, "\nsteps 0\n0 verified " WHEN " 1\n0 finished ");
}

/* ---- the journal's folder ---- */

/* ---- parts ---- */

static void toy_make_loose(struct toy *toy)
{
	static const char *const names[] = {"loose1", "loose2", "loose3"};

	toy_new(toy);
	for (uint32_t i = 0; i < 3; i++)
		toy->devices[LOOSE + i] = (struct toy_device){.is_there = true,
			.name = names[i],
			.uuid = "",
			.type = "linear",
			.params = "700:100 2048",
			.below = {100}};
}

static void loose_facts(struct toy *toy, const struct plan *plan, struct facts *ret)
{
	cleanup_host struct host *host = toy_host(toy);

	host_facts(host, &plan->scope, ret);
}

/* Each of them is a part. */
static struct plan *loose_plan(void)
{
	cleanup_toy struct toy toy;
	cleanup_plan struct plan *plan = plan_new();
	cleanup_scope struct scope scope = {0};
	cleanup_buf struct buf text = BUF_INIT;
	struct plan *read = NULL;
	struct err err = ERR_INIT;

	toy_make_loose(&toy);
	for (uint32_t i = LOOSE; i < DEVICES; i++) {
		const struct device device = {.devno = {FAKE_MAJOR, i},
			.name = toy.devices[i].name,
			.uuid = ""};

		scope_add_device(&scope, &device, SCOPE_ALL);
		scope.devices[scope.n_devices - 1].part = i - LOOSE + 1;
	}
	scope_add_group(&scope, VG);
	plan_scope_set(plan, &scope);
	memset(plan->capture_sha256, 'a', SHA256_HEX_LEN);
	plan->version = PLAN_VERSION_PARTS;
	plan->n_parts = 3;
	loose_facts(&toy, plan, &plan->expect);
	for (uint32_t i = LOOSE; i < DEVICES; i++) {
		struct plan_step *step = plan_step_add(plan, OP_DM_REMOVE);
		cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;

		step->part = i - LOOSE + 1;
		step->target.devno = (struct devno){FAKE_MAJOR, i};
		set_string(&step->target.dm_name, toy.devices[i].name);
		plan_step_reason(step, "it is in the way");
		loose_facts(&toy, plan, &before);
		toy.devices[i].is_there = false;
		loose_facts(&toy, plan, &after);
		facts_minus(&before, &after, &step->gone);
		facts_minus(&after, &before, &step->new);
	}
	plan_write(plan, &text);
	if (plan_read(text.data, text.len, "toy", &read, &err) < 0)
		fail_msg("%s\n%s", err.msg, text.data);
	return read;
}

static size_t count_in_journal(
	const struct toy *toy, const struct plan *plan, const char *words)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t count = 0;

	toy_journal(toy, plan, &text);
	for (const char *at = buf_text(&text); (at = strstr(at, words)); at++)
		count++;
	return count;
}

static void test_one_part_differs(void **state)
{
	cleanup_plan struct plan *plan = loose_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_make_loose(&toy);
	toy.devices[LOOSE + 1].open = 1;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_DIFFERS);
	assert_says(toy.errors, "part 2 of 3");
	assert_says(toy.errors, "1 of 3 parts differs: --keep-going leaves it out and "
				"carries out the others");
	assert_int_equal(toy.n_acts, 0);
}

static void test_the_others_are_carried_out(void **state)
{
	cleanup_plan struct plan *plan = loose_plan();
	cleanup_toy struct toy toy;

	(void)state;
	toy_make_loose(&toy);
	toy.is_going_on = true;
	toy.devices[LOOSE + 1].open = 1;
	assert_int_equal(toy_run(&toy, plan, true), EXIT_REFUSED);
	assert_int_equal(toy.n_acts, 2);
	assert_true(toy.devices[LOOSE + 1].is_there);
	assert_false(toy.devices[LOOSE].is_there);
	assert_false(toy.devices[LOOSE + 2].is_there);
	assert_says(toy.errors, "part 2 of 3");
	assert_says(toy.out, "step 3 of 3");
	assert_int_equal(count_in_journal(&toy, plan, "\n2 skipped "), 1);
	assert_int_equal(count_in_journal(&toy, plan, "\n0 finished "), 0);
	/* still so: nothing is left to be done */
	toy_forget_words(&toy);
	assert_int_equal(toy_resume(&toy, plan), EXIT_DIFFERS);
	assert_int_equal(toy.n_acts, 2);
	/* and not any more */
	toy.devices[LOOSE + 1].open = 0;
	toy_forget_words(&toy);
	toy.is_going_on = false;
	assert_int_equal(toy_resume(&toy, plan), EXIT_DONE);
	assert_int_equal(toy.n_acts, 3);
	assert_false(toy.devices[LOOSE + 1].is_there);
	assert_int_equal(count_in_journal(&toy, plan, "\n0 finished "), 1);
}

/* Whatever the observer says: parts of the plan, each once, with all of their steps. */
static void test_parts_that_are_not_the_plans(void **state)
{
	static const struct {
		const char *parts, *numbers; /* of the steps */
	} rows[] = {
		{"parts 1-2,", "123"},
		{"parts 2-2,1-1,", "312"},
		{"parts 2-2,", "3"},
		/* twice, backwards, none of the plan's, no list */
		{"parts 2-2,2-2,", NULL},
		{"parts 1-2,2-2,", NULL},
		{"parts 2-1,", NULL},
		{"parts 0-2,", NULL},
		{"parts 1-3,", NULL},
		{"parts 1-4294967295,", NULL},
		{"parts -1-1,", NULL},
		{"parts 2-2", NULL},
		{"parts all", NULL},
	};
	struct plan_step steps[] = {{.number = 1, .part = 1}, {.number = 2, .part = 1},
		{.number = 3, .part = 2}};
	const struct orders whole = {.steps = steps, .n_steps = 3, .n_parts = 2};
	const struct orders plain = {.steps = steps, .n_steps = 3};
	const struct difference none = DIFFERENCE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct executor executor = {.plan = &whole, .whole = &whole};
		cleanup_sight struct sight sight = SIGHT_INIT;
		struct err err = ERR_INIT;

		facts_add(&sight.names, rows[i].parts);
		if (executor_take_parts(&executor, NULL, &sight, &none, &err) !=
			(rows[i].numbers ? 0 : -ENODATA))
			fail_msg("%s: %s", rows[i].parts, err.msg);
		for (size_t k = 0; rows[i].numbers && rows[i].numbers[k]; k++)
			assert_int_equal(
				executor.plan->steps[k].number, rows[i].numbers[k] - '0');
		assert_true(rows[i].numbers || executor.plan == &whole);
		executor_free(&executor);
		executor = (struct executor){.plan = &plain, .whole = &plain};
		assert_int_equal(
			executor_take_parts(&executor, NULL, &sight, &none, &err),
			-ENODATA); /* it has no parts */
		executor_free(&executor);
	}
}

/* What is done, or was begun, stays where it was. */
static void test_parts_that_are_done(void **state)
{
	static const struct {
		const char *parts;
		size_t n_done;
		bool is_begun;
		int result;
	} rows[] = {
		{"parts 2-2,1-1,3-3,", 0, false, 0},
		{"parts 1-1,2-2,", 1, false, -ENODATA},
		{"parts 2-2,3-3,", 1, false, 0},
		{"parts 2-2,", 1, true, -ENODATA},
		{"parts 2-2,", 1, false, 0},
	};
	struct plan_step steps[] = {{.number = 1, .part = 1}, {.number = 2, .part = 2},
		{.number = 3, .part = 3}};
	const struct orders whole = {.steps = steps, .n_steps = 3, .n_parts = 3};
	struct executor executor = {.plan = &whole, .whole = &whole};
	const struct difference none = DIFFERENCE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_sight struct sight sight = SIGHT_INIT;
		struct err err = ERR_INIT;

		facts_add(&sight.names, rows[i].parts);
		executor.n_done = rows[i].n_done;
		executor.is_begun = rows[i].is_begun;
		if (executor_take_parts(&executor, NULL, &sight, &none, &err) !=
			rows[i].result)
			fail_msg("%s: %s", rows[i].parts, err.msg);
	}
	assert_int_equal(executor.plan->n_steps, 1);
	executor_free(&executor);
}

/* Of the whole run, of the parts that are begun by then, or of all of them. */
static void test_what_is_not_left_out(void **state)
{
	cleanup_plan struct plan *plan = loose_plan();

	(void)state;
	for (int i = 0; i < 2; i++) {
		cleanup_toy struct toy toy;

		toy_make_loose(&toy);
		toy.is_going_on = true;
		if (i == 0)
			toy.vg_status = "\"EXPORTED\", \"READ\", \"WRITE\"";
		for (uint32_t k = LOOSE; k < DEVICES && i == 1; k++)
			toy.devices[k].open = 1;
		assert_int_equal(toy_run(&toy, plan, true), EXIT_DIFFERS);
		assert_int_equal(toy.n_acts, 0);
	}
}

/* Each removal lets somebody open the next one. */
static void test_a_part_differs_meanwhile(void **state)
{
	cleanup_plan struct plan *plan = loose_plan();

	(void)state;
	for (int is_going_on = 0; is_going_on < 2; is_going_on++) {
		cleanup_toy struct toy toy;

		toy_make_loose(&toy);
		toy.is_next_opened = true;
		toy.is_going_on = is_going_on;
		assert_int_equal(toy_run(&toy, plan, true),
			is_going_on ? EXIT_REFUSED : EXIT_DIFFERS);
		assert_int_equal(toy.n_acts, is_going_on ? 2 : 1);
		assert_true(toy.devices[LOOSE + 1].is_there);
		if (is_going_on)
			assert_int_equal(count_in_journal(&toy, plan, "\n2 skipped "), 1);
		/* what was left out comes behind */
		toy.devices[LOOSE + 1].open = 0;
		toy.is_next_opened = toy.is_going_on = false;
		toy_forget_words(&toy);
		assert_int_equal(toy_resume(&toy, plan), EXIT_DONE);
		assert_int_equal(toy.n_acts, 3);
	}
}

/* Cut off anywhere, the journal lets --resume end it, or says why not. */
static void test_parts_reset_anywhere(void **state)
{
	cleanup_plan struct plan *plan = loose_plan();
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_toy struct toy first;

	(void)state;
	toy_make_loose(&first);
	first.is_going_on = true;
	first.devices[LOOSE].open = 1;
	assert_int_equal(toy_run(&first, plan, true), EXIT_REFUSED);
	toy_journal(&first, plan, &text);
	for (size_t len = 0; len <= text.len; len++) {
		bool is_cut_line = len && text.data[len - 1] != '\n';
		cleanup_free char *cut = xstrndup(buf_text(&text), len);
		cleanup_toy struct toy toy;

		toy_make_loose(&toy);
		if (is_cut_line)
			continue;
		toy.devices[LOOSE + 1].is_there = !strstr(cut, "\n2 intent");
		toy.devices[LOOSE + 2].is_there = !strstr(cut, "\n3 intent");
		toy_put_journal(&toy, plan, cut, len);
		if (toy_resume(&toy, plan) != EXIT_DONE)
			fail_msg("cut at %zu: %s\n%s", len, toy.errors, cut);
		for (uint32_t k = LOOSE; k < DEVICES; k++)
			assert_false(toy.devices[k].is_there);
	}
}

static int try_journal(
	struct toy *toy, const char *folder, const struct orders *plan, struct err *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	const struct hands hands = toy_hands(toy);
	const struct sight nothing = SIGHT_INIT;

	return journal_create(folder, plan, "x", &nothing, &hands, &journal, err);
}

static void test_folders_of_journals(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	struct devno devno;
	const struct orders touching = {.devices = &devno, .n_devices = 1};
	cleanup_toy struct toy toy;
	cleanup_close int other = -1;
	struct err err = ERR_INIT;
	struct stat stat;
	char made[128];
	struct statx stx;

	(void)state;
	toy_new(&toy);
	toy_read_orders(&toy, plan);
	snprintf(made, sizeof(made), "%s/made", toy.folder);
	assert_int_equal(try_journal(&toy, made, toy.orders, &err), 0);
	assert_int_equal(lstat(made, &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0700);
	assert_int_equal(try_journal(&toy, "/proc/none/made", toy.orders, &err), -ENOENT);
	assert_int_equal(chmod(toy.folder, 0770), 0);
	assert_int_equal(try_journal(&toy, toy.folder, toy.orders, &err), -EPERM);
	assert_int_equal(chmod(toy.folder, 0700), 0);
	/* root's, in a user's, who could put another one in its place */
	snprintf(made, sizeof(made), "%s/user", toy.folder);
	assert_int_equal(mkdir(made, 0700), 0);
	assert_int_equal(chown(made, 65534, 65534), 0);
	snprintf(made, sizeof(made), "%s/user/made", toy.folder);
	assert_int_equal(mkdir(made, 0700), 0);
	assert_int_equal(try_journal(&toy, made, toy.orders, &err), -EPERM);
	other = open(toy.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(try_journal(&toy, toy.folder, toy.orders, &err), -EBUSY);
	assert_int_equal(flock(other, LOCK_UN), 0);
	assert_int_equal(statx(other, "", AT_EMPTY_PATH, 0, &stx), 0);
	devno = (struct devno){stx.stx_dev_major, stx.stx_dev_minor};
	assert_int_equal(try_journal(&toy, toy.folder, &touching, &err), -EXDEV);
	assert_says(err.msg, "a device that the plan touches");
}

/* It would be waited for until somebody writes to it. */
static void test_pipe_as_journal(void **state)
{
	cleanup_plan struct plan *plan = toy_plan();
	cleanup_buf struct buf text = BUF_INIT;
	struct observer observer = {.eyes = NULL};
	struct journal_state recalled;
	cleanup_toy struct toy toy;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	toy_new(&toy);
	toy_read_orders(&toy, plan);
	snprintf(path, sizeof(path), "%s/%s.journal", toy.folder, plan->digest);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(journal_find(toy.folder, toy.orders, &observer, &err) < 0);
	assert_true(journal_load(toy.folder, toy.orders, &observer, &text, &recalled,
			    &err) < 0);
	assert_true(try_journal(&toy, toy.folder, toy.orders, &err) < 0);
}

/* ---- LVM's lock ---- */

static void test_guard(void **state)
{
	cleanup_toy struct toy toy;
	struct err err = ERR_INIT;
	int hold = -1, second = -1;
	char path[128];

	(void)state;
	toy_new(&toy);
	assert_int_equal(guard_take("/proc/none", "vg", 0, &hold, &err), 0);
	assert_int_equal(hold, -1);
	guard_drop("/proc/none", "vg", hold);
	assert_int_equal(guard_take(toy.folder, "vg", 0, &hold, &err), 0);
	assert_true(hold >= 0);
	assert_int_equal(guard_take(toy.folder, "vg", 300, &second, &err), -EBUSY);
	assert_says(err.msg, "volume group vg is locked by ");
	assert_int_equal(guard_take(toy.folder, "other", 0, &second, &err), 0);
	guard_drop(toy.folder, "other", second);
	guard_drop(toy.folder, "vg", hold);
	snprintf(path, sizeof(path), "%s/V_vg", toy.folder);
	assert_int_equal(access(path, F_OK), -1);
	/* LVM's own folder may hold a link of somebody else's making */
	assert_int_equal(symlink("/tmp/elsewhere", path), 0);
	assert_int_equal(guard_take(toy.folder, "vg", 0, &hold, &err), -ELOOP);
}

/* ---- what LVM would do besides ---- */

/* Between plan and execution another snapshot of the same origin appeared: it does not
 * matter, unless LVM would begin to merge it. */
static void test_another_snapshot_since(void **state)
{
	static const struct {
		const char *word; /* of the metadata */
		enum exit_code code;
		const char *said;
	} cases[] = {
		{"cow_store", EXIT_DONE, ""},
		{"merging_store", EXIT_DIFFERS,
			"weekly is being merged into the origin, or is marked for it"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		cleanup_toy struct toy toy;

		toy_new(&toy);
		toy_add_weekly(&toy, cases[i].word);
		toy.manners[OP_LV_REMOVE] = ORIGIN_KEPT;
		assert_int_equal(toy_run(&toy, plan, true), cases[i].code);
		assert_says(toy.errors, cases[i].said);
		assert_int_equal(toy.n_acts, cases[i].code == EXIT_DONE ? 3 : 0);
	}
}

/* A clone of the group's disk stops it; one of a guest's disk is none of its business. */
static void test_a_clone_since(void **state)
{
	static const struct {
		const char *uuid;
		enum exit_code code;
		const char *said;
	} cases[] = {
		{PV_HYPHENS, EXIT_DIFFERS,
			"LVM refuses to change the group while a clone"},
		{"WW1qBk-RV3d-n1S3-sNar-fDSn-1kRj-9TyDgH", EXIT_DONE, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		cleanup_toy struct toy toy;

		toy_new(&toy);
		toy.clone_of = cases[i].uuid;
		assert_int_equal(toy_run(&toy, plan, true), cases[i].code);
		assert_says(toy.errors, cases[i].said);
		assert_int_equal(toy.n_acts, cases[i].code == EXIT_DONE ? 3 : 0);
	}
}

static void toy_remount(struct toy *toy, const char *options, const char *super)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		TOY_ROOT_MOUNT
		"44 1 700:5 / /mnt/backup %s - ext4 /dev/mapper/acmeX1 %s\n",
		options, super);
	toy_put(toy, "proc/1/mountinfo", buf_text(&text));
}

/* Whether data can be written is a fact, and the file system decides it. */
static void test_remounted_since(void **state)
{
	static const struct {
		const char *options, *super;
		enum exit_code code;
	} cases[] = {
		{"rw", "rw", EXIT_DONE},
		{"rw,noatime", "rw,discard", EXIT_DONE},
		{"rw", "ro", EXIT_DIFFERS},
		{"ro", "ro", EXIT_DIFFERS},
		{"ro", "rw", EXIT_DIFFERS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_plan struct plan *plan = toy_plan();
		cleanup_toy struct toy toy;

		toy_new(&toy);
		toy_remount(&toy, cases[i].options, cases[i].super);
		assert_int_equal(toy_run(&toy, plan, true), cases[i].code);
		assert_says(toy.errors,
			cases[i].code == EXIT_DONE
				? ""
				: "the access of the mount on /mnt/backup is now ");
		assert_int_equal(toy.n_acts, cases[i].code == EXIT_DONE ? 3 : 0);
	}
}

static void test_unsettled_neighbours(void **state)
{
	static const struct {
		uint32_t minor;
		unsigned flags;
		const char *said; /* NULL: nothing is in the way */
	} cases[] = {
		{WEEKLY, 0, NULL},
		{WEEKLY, DEVICE_SUSPENDED, "weekly is suspended"},
		{WEEKLY, DEVICE_HAS_INACTIVE, "weekly has an inactive table"},
		{WEEKLY_COW, DEVICE_HAS_INACTIVE, "weekly-cow has an inactive table"},
		{ORIGIN, DEVICE_SUSPENDED, "vg-disk is suspended"},
		{MAPPING, DEVICE_SUSPENDED, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_facts struct facts found = FACTS_INIT;
		cleanup_toy struct toy toy;
		struct err err = ERR_INIT;

		toy_new(&toy);
		assert_int_equal(compare_neighbours(&found, VG, DISK, &err), -EAGAIN);
		assert_says(err.msg, "was not checked");
		toy_add_weekly(&toy, "cow_store");
		toy.devices[cases[i].minor].flags = cases[i].flags;
		toy_facts(&toy, SCOPE_IDENTITY, &found);
		assert_int_equal(compare_neighbours(&found, VG, DISK, &err),
			cases[i].said ? -EAGAIN : 0);
		if (cases[i].said)
			assert_says(err.msg, cases[i].said);
	}
}

static void test_disks_attached_since(void **state)
{
	static const struct {
		const char *line;
		const char *said; /* NULL: nothing is in the way */
	} cases[] = {
		{"disk 7:0 diskseq 7 name loop0", NULL},
		/* again, with another file */
		{"disk 7:0 diskseq 8 name loop0", "loop0 was attached"},
		{"disk 7:1 diskseq 7 name loop1", "loop1 was attached"},
		{"pv x /dev/sda", NULL},
	};
	cleanup_sight struct sight seen = SIGHT_INIT;

	(void)state;
	facts_add(&seen.names, "disk 7:0 diskseq 7 name loop0");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_sight struct sight now = SIGHT_INIT;
		struct err err = ERR_INIT;

		facts_add(&now.names, cases[i].line);
		assert_int_equal(
			act_check_disks(&seen, &now, &err), cases[i].said ? -EAGAIN : 0);
		if (cases[i].said)
			assert_says(err.msg, cases[i].said);
	}
}

static void test_names_for_lvm(void **state)
{
	static const char *const bad[] = {
		"", "-x", ".", "..", "a/b", "a b", "a\n", "a;b", "$(id)", "\x80"};

	(void)state;
	assert_true(lvm_name_is_valid("onapp-aaaa_B.9+x"));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(lvm_name_is_valid(bad[i]));
}

/* ---- words and options ---- */

static void test_nothing_raw_reaches_the_terminal(void **state)
{
	cleanup_buf struct buf output = BUF_INIT;
	cleanup_free char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	report_error(to, "device %s", "a\x1b[2Jb\n\xc2\x9b");
	buf_puts(&output, "one\n\x1b]0;x\a\nthree");
	report_output(to, &output);
	fclose(to);
	assert_string_equal(text, "snapstate-execute: device a?[2Jb???\n"
				  "    | one\n    | ?]0;x?\n    | three\n");
}

/* Sentences are the observer's: they are text of a host too. Where there are none, the
 * facts are shown in any case. */
static void test_what_differs(void **state)
{
	static const struct {
		const char *words;
		bool has_facts;
		const char *said;
	} rows[] = {
		{"a\x1b is gone", false, "  a? is gone\n"},
		{"a is gone", true, "  a is gone\n  expected  x 1\n  found     x 2\n"},
		{NULL, false, "  expected  x 1\n  found     x 2\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cleanup_difference struct difference difference = DIFFERENCE_INIT;
		cleanup_free char *text = NULL;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		facts_add(&difference.missing, "x 1");
		facts_add(&difference.extra, "x 2");
		if (rows[i].words)
			facts_add(&difference.words, rows[i].words);
		report_difference(to, &difference, rows[i].has_facts);
		fclose(to);
		assert_string_equal(text, rows[i].said);
	}
}

static enum exit_code read_options(struct options *options, const char *const words[])
{
	char *argv[8] = {(char *)"snapstate-execute"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	optind = 0; /* getopt(3): starts anew */
	return options_read(argc, argv, options);
}

static void test_options(void **state)
{
	struct options options = {0};

	(void)state;
	/* as the interpreter of a plan that is run as a script, options come last */
	assert_int_equal(read_options(&options, (const char *[]){"x.snapplan", "--apply",
							"--journal", "/j", NULL}),
		EXIT_DONE);
	assert_string_equal(options.plan, "x.snapplan");
	assert_string_equal(options.journal, "/j");
	assert_int_equal(options.n_done, 0);
	assert_true(options.is_apply);
	assert_false(options.is_unsigned);
	options_free(&options);
	assert_int_equal(
		read_options(&options, (const char *[]){"--journal", "j", "x", NULL}),
		EXIT_DONE);
	assert_int_equal(options.journal[0], '/');
	options_free(&options);
	assert_int_equal(read_options(&options, (const char *[]){"--done", "a", "x",
							"--done", "b", NULL}),
		EXIT_DONE);
	assert_int_equal(options.n_done, 2);
	assert_string_equal(options.done[1], "b");
	options_free(&options);
	assert_int_equal(read_options(&options, (const char *[]){NULL}), EXIT_USAGE);
	options_free(&options);
	assert_int_equal(
		read_options(&options, (const char *[]){"a", "b", NULL}), EXIT_USAGE);
	options_free(&options);
	assert_int_equal(read_options(&options, (const char *[]){"--force", "a", NULL}),
		EXIT_USAGE);
	options_free(&options);
}

/* What compares. */
static int comparer_ask(
	void *eyes, const struct buf *question, struct buf *ret_answer, struct err *err)
{
	(void)err;
	comparing_answer(eyes, question, ret_answer);
	return 0;
}

static enum exit_code read_plan_file(const char *path, bool is_unsigned)
{
	cleanup_comparing struct comparing comparing = {.plan = NULL};
	const struct observer observer = {.ask = comparer_ask, .eyes = &comparing};
	const struct options options = {
		.plan = path, .is_unsigned = is_unsigned, .seconds = 60};
	const struct admit_request request = {.plan = path, .is_unsigned = is_unsigned};
	struct admission admission = {0};
	cleanup_buf struct buf answer = BUF_INIT;
	enum exit_code code;
	int ends[2];

	admit_answer(&request, &answer);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], answer.data, answer.len), answer.len);
	close(ends[1]);
	code = admission_take(&options, ends[0], &observer, &admission);
	close(ends[0]);
	admission_free(&admission);
	return code;
}

static void test_plan_files(void **state)
{
	cleanup_plan struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_toy struct toy toy;
	char path[128], fifo[128];

	(void)state;
	toy_new(&toy);
	facts_add(&plan->expect, "host machine-id a boot-id b");
	memset(plan->capture_sha256, 'a', SHA256_HEX_LEN);
	plan_write(plan, &text);
	root_put(toy.folder, "good", text.data);
	root_put(toy.folder, "bad", "#!/bin/sh\n");
	snprintf(path, sizeof(path), "%s/good", toy.folder);
	assert_int_equal(read_plan_file(path, true), EXIT_DONE);
	assert_int_equal(read_plan_file(path, false), EXIT_BAD_INPUT);
	snprintf(path, sizeof(path), "%s/bad", toy.folder);
	assert_int_equal(read_plan_file(path, true), EXIT_BAD_INPUT);
	snprintf(path, sizeof(path), "%s/none", toy.folder);
	assert_int_equal(read_plan_file(path, true), EXIT_BAD_INPUT);
	assert_int_equal(read_plan_file(toy.folder, true), EXIT_BAD_INPUT);
	assert_int_equal(read_plan_file("/dev/zero", true), EXIT_BAD_INPUT);
	snprintf(fifo, sizeof(fifo), "%s/fifo", toy.folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(read_plan_file(fifo, true), EXIT_BAD_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_apply_nothing_is_done),
		cmocka_unit_test(test_any_changed_fact_refuses),
		cmocka_unit_test(test_what_changed_elsewhere_does_not_matter),
		cmocka_unit_test(test_a_moment_of_udev_is_waited_for),
		cmocka_unit_test(test_a_command_at_work),
		cmocka_unit_test(test_what_a_step_reads),
		cmocka_unit_test(test_what_a_removal_relies_on),
		cmocka_unit_test(test_other_facts_are_not_waited_for),
		cmocka_unit_test(test_an_old_lvm),
		cmocka_unit_test(test_a_call_is_missing),
		cmocka_unit_test(test_unreadable_is_not_empty),
		cmocka_unit_test(test_all_steps),
		cmocka_unit_test(test_the_lock_is_kept),
		cmocka_unit_test(test_the_lock_is_taken_back),
		cmocka_unit_test(test_a_plan_with_pseudonyms),
		cmocka_unit_test(test_a_plan_is_applied_once),
		cmocka_unit_test(test_how_steps_end),
		cmocka_unit_test(test_a_full_disk_stops_before_acting),
		cmocka_unit_test(test_no_removal_without_a_way_back),
		cmocka_unit_test(test_stopped_between_steps),
		cmocka_unit_test(test_a_step_reads_what_it_is_about),
		cmocka_unit_test(test_a_locked_group_is_left_alone),
		cmocka_unit_test(test_killed_anywhere),
		cmocka_unit_test(test_reset_anywhere),
		cmocka_unit_test(test_resumed_more_than_once),
		cmocka_unit_test(test_resumed_after_a_refusal),
		cmocka_unit_test(test_resumed_without_a_later_call),
		cmocka_unit_test(test_half_way),
		cmocka_unit_test(test_lvm_still_at_work),
		cmocka_unit_test(test_changed_before_it_was_resumed),
		cmocka_unit_test(test_half_a_line),
		cmocka_unit_test(test_uncertain_facts_do_not_count),
		cmocka_unit_test(test_one_part_differs),
		cmocka_unit_test(test_the_others_are_carried_out),
		cmocka_unit_test(test_parts_that_are_not_the_plans),
		cmocka_unit_test(test_parts_that_are_done),
		cmocka_unit_test(test_what_is_not_left_out),
		cmocka_unit_test(test_a_part_differs_meanwhile),
		cmocka_unit_test(test_parts_reset_anywhere),
		cmocka_unit_test(test_an_empty_plan),
		cmocka_unit_test(test_folders_of_journals),
		cmocka_unit_test(test_pipe_as_journal),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_another_snapshot_since),
		cmocka_unit_test(test_a_clone_since),
		cmocka_unit_test(test_remounted_since),
		cmocka_unit_test(test_unsettled_neighbours),
		cmocka_unit_test(test_disks_attached_since),
		cmocka_unit_test(test_names_for_lvm),
		cmocka_unit_test(test_nothing_raw_reaches_the_terminal),
		cmocka_unit_test(test_what_differs),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_plan_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

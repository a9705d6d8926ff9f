/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to a block device's storage, where other hosts may have a way to it too.
 * Input: the name of a block device; its path in sysfs, and the class folders of its host
 * or controller. Output: one of block_transports, or "". Opens no block device.
 *
 * The path tells it as for udev's path_id (systemd src/udev/udev-builtin-path_id.c,
 * handle_scsi): a Fibre Channel disk is below an rport-, an iSCSI disk below a session.
 * A class folder with the number of the SCSI host tells it too, and for drivers that put
 * their disks right below the host (hv_storvsc, ib_srp) it alone does
 * (util-linux lib/sysfs.c, sysfs_blkdev_scsi_host_is()).
 */
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/block.h"

#define NAME_SIZE 64 /* of a host, a controller, a subsystem */

/* Drivers whose disks are on the network or on a neighbour, by the names that they give:
 * drivers/block/nbd.c, rnbd/, rbd.c, drbd/, aoe/ (etherd/eSHELF.SLOT). */
static const struct {
	const char *prefix;
	const char *transport;
} drivers[] = {
	{"nbd", "nbd"},
	{"rnbd", "rnbd"},
	{"rbd", "rbd"},
	{"drbd", "drbd"},
	{"etherd!", "aoe"},
};

static const char *of_driver(const char *kname)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strncmp(kname, drivers[i].prefix, strlen(drivers[i].prefix)) == 0)
			return drivers[i].transport;
	return "";
}

/* The folder "host7" of ".../host7/rport-7:0-1/target7:0:1/7:0:1:0/block/sda": the last
 * of its kind, since one may be on another. */
static bool find_numbered(
	const char *folder, const char *prefix, char ret_name[NAME_SIZE])
{
	size_t len = strlen(prefix), digits;
	bool is_found = false;

	for (const char *at = folder; (at = strchr(at, '/'));) {
		at++;
		digits = strncmp(at, prefix, len) == 0 ? strspn(at + len, "0123456789")
						       : 0;
		if (!digits || at[len + digits] != '/' || len + digits >= NAME_SIZE)
			continue;
		memcpy(ret_name, at, len + digits);
		ret_name[len + digits] = '\0';
		is_found = true;
	}
	return is_found;
}

/* ---- NVMe ---- */

/* "pcie" and "loop" are no words of the list (drivers/nvme/host/core.c,
 * nvme_sysfs_show_transport). */
static const char *of_controller(const struct machine *machine, const char *controller)
{
	char line[32] = "", name[64];
	const char *transport;

	machine_line(
		machine, line, sizeof(line), "sys/class/nvme/%s/transport", controller);
	snprintf(name, sizeof(name), "nvme-%s", line);
	transport = block_transport(name);
	return transport ? transport : "";
}

/* With multipathing the disk is below its subsystem, and each controller is a path to
 * it (drivers/nvme/host/multipath.c); else it is below its one controller. */
static const char *of_nvme(const struct machine *machine, const char *folder)
{
	cleanup_closedir DIR *controllers = NULL;
	const char *transport = "", *entry;
	char name[NAME_SIZE];

	if (find_numbered(folder, "nvme", name))
		return of_controller(machine, name);
	if (find_numbered(folder, "nvme-subsys", name))
		controllers = machine_dir(machine, "sys/class/nvme-subsystem/%s", name);
	while (controllers && !*transport && (entry = dir_next(controllers)))
		if (strncmp(entry, "nvme", strlen("nvme")) == 0)
			transport = of_controller(machine, entry);
	return transport;
}

/* ---- SCSI ---- */

/* libfcoe and the drivers on it name their port "DRIVER vN over eth2"
 * (drivers/scsi/fcoe/fcoe.c, fcoe_shost_config(); lsblk goes by the same word). */
static const char *of_fc_host(const struct machine *machine, const char *scsi_host)
{
	char name[256] = "";

	machine_line(machine, name, sizeof(name), "sys/class/fc_host/%s/symbolic_name",
		scsi_host);
	return block_transport(strstr(name, " over ") ? "fcoe" : "fc");
}

static const char *of_scsi(const struct machine *machine, const char *folder)
{
	char scsi_host[NAME_SIZE];

	if (!find_numbered(folder, "host", scsi_host))
		return "";
	if (strstr(folder, "/rport-") ||
		machine_exists(machine, "sys/class/fc_host/%s", scsi_host))
		return of_fc_host(machine, scsi_host);
	if (strstr(folder, "/session") ||
		machine_exists(machine, "sys/class/iscsi_host/%s", scsi_host))
		return block_transport("iscsi");
	if (machine_exists(machine, "sys/class/srp_host/%s", scsi_host))
		return block_transport("srp");
	return "";
}

const char *transport_of_block(const struct machine *machine, const char *kname)
{
	char folder[PROBE_PATH_MAX];

	if (*of_driver(kname))
		return of_driver(kname);
	if (machine_link(machine, folder, sizeof(folder), "sys/class/block/%s", kname) <
		0)
		return "";
	return strncmp(kname, "nvme", strlen("nvme")) == 0 ? of_nvme(machine, folder)
							   : of_scsi(machine, folder);
}

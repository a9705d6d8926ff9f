/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that people paste, made up here: what is found in them, and what became of each
 * line. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"
#include "evidence_files.h"
#include "judge.h"
#include "planning.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/import.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define VG_UUID	 "DrYn2JSH9PEOnMvdRp2Qjoo4WYOYpIyf"
#define SNAPSHOT "EIkez3RbyN6uDAcVLe636YoJsBtgpSwd"

/* One statement of each kind of output, each alone. */
static void test_each_output_alone(void **state)
{
	static const struct {
		const char *text;
		const char *volume;
		enum shown_kind kind;
		const char *value;
	} rows[] = {
		/* lvs: columns of many versions, units, decimal commas */
		{"  LV   VG  Attr   LSize Origin Snap%  Move Log Copy%\n"
		 "  disk g-1 owi-ao 5.00g\n  s-1  g-1 swi-a- 1.00g disk    12.50\n",
			"g-1/s-1", SHOWN_SNAPSHOT, "disk"},
		{"# lvs -o lv_name,vg_name,attr,size,devices g\n"
		 "  LV   VG  Attr   LSize Devices\n  s g swi-ao---- 1,00g "
		 "/dev/sda1(20)\n",
			"g/s", SHOWN_OPEN, "yes"},
		{"# lvs -a -o +devices,lv_time\n"
		 "  LV VG Attr LSize Pool Origin Data% Meta% Move Log Cpy%Sync Convert "
		 "Devices CTime\n"
		 "  s g swi-a-s--- 1,00g      d      7,25 /dev/sdb(4) "
		 "2026-11-20 03:10:01 +0100\n",
			"g/s", SHOWN_CREATED, "2026-11-20 03:10:01 +0100"},
		{"# lvs --noheadings -o lv_name,vg_name,lv_attr --separator '|'\n"
		 "  s|g|swi-I-s---\n",
			"g/s", SHOWN_INVALID, ""},
		{"# lvs --noheadings g\n  s g swi-a-s--- 1.00g d 3.10\n", "g/s",
			SHOWN_FULL, "3.10"},
		{"  LVM2_LV_NAME='s' LVM2_VG_NAME='g' LVM2_LV_ATTR='swi-a-s---' "
		 "LVM2_ORIGIN='d'\n",
			"g/s", SHOWN_SNAPSHOT, "d"},
		{"# lvs --reportformat json\n  WARNING: Device for PV is missing\n  {\n"
		 "      \"report\": [\n          {\n              \"lv\": [\n"
		 "                  {\"lv_name\":\"s\", \"vg_name\":\"g\", "
		 "\"lv_attr\":\"Swi-a-s---\", \"origin\":\"d\"}\n              ]\n",
			"g/s", SHOWN_MERGING, ""},
		{"LV:VG:Attr:LSize:Pool:Origin\nt:g:Vwi-a-tz--:1g:p:d\n", "g/t",
			SHOWN_THIN, ""},
		{"  LV    VG  Attr       LSize\n  plain g   -wi-ao----  5g\n", "g/plain",
			SHOWN_PLAIN, ""},
		/* lvscan, lvdisplay old and new, with -c */
		{"  inactive Snapshot '/dev/g/s' [1.00 GiB] inherit\n", "g/s",
			SHOWN_ACTIVE, "no"},
		{"  ACTIVE   Original '/dev/g/d' [1.00 GiB] inherit\n", "g/d",
			SHOWN_ORIGIN, ""},
		{"  --- Logical volume ---\n  LV Name                /dev/g/s\n"
		 "  VG Name                g\n"
		 "  LV snapshot status     INACTIVE destination for /dev/g/d\n",
			"g/s", SHOWN_INVALID, ""},
		{"  --- Logical volume ---\n  LV Path                /dev/g/s\n"
		 "  LV Name                s\n  VG Name                g\n"
		 "  LV snapshot status     active destination for d\n"
		 "  # open                 2\n  Block device           253:7\n",
			"g/s", SHOWN_OPEN, "2"},
		{"# lvdisplay -c\n  /dev/g/s:g:3:1:-1:0:2048:1:-1:0:-1:253:9\n", "g/s",
			SHOWN_NUMBER, "253:9"},
		/* dmsetup, each alone */
		{"g--1-s--1\t(253:4)\n", "g-1/s-1", SHOWN_NUMBER, "253:4"},
		{"# dmsetup ls\ng-s (253, 4)\n", "g/s", SHOWN_NUMBER, "253:4"},
		{"# dmsetup ls --tree\ng-s (253:4)\n |-g-s-cow (253:3)\n |  `- (8:16)\n"
		 " `-g-d-real (253:2)\n    `- (8:16)\n",
			"g/s", SHOWN_LAYER, "cow"},
		{"g-s 253 4 L--w 3 1 0 LVM-" VG_UUID SNAPSHOT "\n", "g/s", SHOWN_OPEN,
			"3"},
		{"# dmsetup info -c -o name,open\nName Open\ng-s 2\n", "g/s", SHOWN_OPEN,
			"2"},
		{"# dmsetup info\nName:              g-s\nState:             ACTIVE\n"
		 "Open count:        1\nMajor, minor:      253, 4\nUUID: LVM-" VG_UUID
				SNAPSHOT "\n",
			"g/s", SHOWN_NUMBER, "253:4"},
		{"g-s: 0 8192 snapshot 253:2 253:3 P 8\n", "g/s", SHOWN_TABLE,
			"snapshot 253:2 253:3 P 8"},
		{"# dmsetup table g-s\n0 8192 snapshot 253:2 253:3 P 8\n", "g/s",
			SHOWN_SNAPSHOT, ""},
		{"# dmsetup status\ng-s: 0 8192 snapshot Invalid\n", "g/s", SHOWN_INVALID,
			""},
		{"g-s: 0 8 linear 8:1 0\n# dmsetup deps\ng-s1: 1 dependencies\t: (253, "
		 "4)\n"
		 "# dmsetup ls\ng-s (253:4)\n",
			"g/s", SHOWN_ABOVE, "g-s1"},
		/* lsblk in its forms */
		{"NAME      MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT\n"
		 "sdb         8:16   0   10G  0 disk \n"
		 "`-g-s     253:4    0    1G  0 lvm  /mnt/a\n                /mnt/b\n",
			"g/s", SHOWN_MOUNTED, "/mnt/b"},
		{"NAME             MAJ:MIN RM  SIZE RO MOUNTPOINT\n"
		 "sda                8:0    0   10G  0 \n"
		 "|-g-s (dm-4)     253:4    0    1G  0 /mnt\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		{"# lvs -o name,vg_name,attr --noheadings\n  s g swi-a-s---\n", "g/s",
			SHOWN_SNAPSHOT, ""},
		{"  LV VG Attr LSize Pool Origin Data% Move Log LV Tags Devices KRahead\n"
		 "  s g swi-a-s--- 1g d 3.00 /dev/mapper/h-t(5) auto\n",
			"h/t", SHOWN_ABOVE, "g-s"},
		{"NAME=\"g-s\" MAJ:MIN=\"253:4\" TYPE=\"lvm\" MOUNTPOINT=\"[SWAP]\"\n",
			"g/s", SHOWN_HELD, "swap"},
		{"# lsblk -J\n{\n \"blockdevices\": [\n  {\n   \"name\": \"g-s\",\n"
		 "   \"maj:min\": \"253:4\",\n   \"type\": \"lvm\",\n"
		 "   \"mountpoint\": \"/mnt\"\n  }\n ]\n}\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		/* of util-linux 2.37 and newer */
		{"# lsblk -J\n{\n   \"blockdevices\": [\n      {\n"
		 "         \"name\": \"g-s\",\n         \"maj:min\": \"253:4\",\n"
		 "         \"mountpoints\": [\n             \"/mnt/a\",\n"
		 "             \"/mnt/b\"\n         ]\n      }\n   ]\n}\n",
			"g/s", SHOWN_MOUNTED, "/mnt/b"},
		{"# lsblk -J | jq -c .\n{\"blockdevices\":[{\"name\":\"g-s\",\"type\":"
		 "\"lvm\",\"mountpoints\":[\"/mnt/a\",\"/mnt/b\"]}]}\n",
			"g/s", SHOWN_MOUNTED, "/mnt/b"},
		/* children are on their parent */
		{"# lsblk -J\n{\n   \"blockdevices\": [\n      {\n"
		 "         \"name\": \"g-s\",\n         \"type\": \"lvm\",\n"
		 "         \"children\": [\n            {\n"
		 "               \"name\": \"md125\",\n"
		 "               \"type\": \"raid1\"\n            }\n         ]\n"
		 "      },{\n         \"name\": \"md126\"\n      }\n   ]\n}\n",
			"g/s", SHOWN_HELD, "md125"},
		{"# lsblk -P -o NAME,KNAME,TYPE,PKNAME\n"
		 "NAME=\"g-s\" KNAME=\"dm-4\" TYPE=\"lvm\" PKNAME=\"sdb\"\n"
		 "NAME=\"md125\" KNAME=\"md125\" TYPE=\"raid1\" PKNAME=\"dm-4\"\n",
			"g/s", SHOWN_HELD, "md125"},
		/* no prompts; headings of supportconfig */
		{"hello\nlvs -a\nLV VG Attr LSize Origin\ns g swi-a-s--- 1g d\ndmsetup "
		 "ls\n"
		 "g-s (253:4)\n",
			"g/s", SHOWN_NUMBER, "253:4"},
		{"#==[ Command ]======================================#\n# /sbin/lvs -a\n"
		 "  LV VG Attr LSize Origin\n  s g swi-a-s--- 1g d\n\n"
		 "#==[ Command ]======================================#\n"
		 "# /sbin/dmsetup ls --tree\ng-s (253:4)\n `- (8:16)\n",
			"g/s", SHOWN_NUMBER, "253:4"},
		/* mounts */
		{"# grep g /proc/*/mountinfo\n"
		 "/proc/1/mountinfo:36 25 0:4 / /mnt rw - ext4 /dev/mapper/g-s rw\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		{"/dev/mapper/g-s on /mnt/a b type ext4 (ro)\n", "g/s", SHOWN_MOUNTED,
			"/mnt/a b"},
		{"/dev/mapper/g-s /mnt ext4 ro 0 0\n", "g/s", SHOWN_MOUNTED, "/mnt"},
		{"36 25 253:4 / /mnt rw - ext4 /dev/mapper/g-s rw\n", "g/s",
			SHOWN_MOUNTED, "/mnt"},
		{"TARGET SOURCE FSTYPE OPTIONS\n|-/mnt /dev/mapper/g-s[/sub] ext4 rw\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		{"Filesystem     1K-blocks  Used Available Use% Mounted on\n"
		 "/dev/mapper/g-s\n                   1000     4       996   1% /mnt\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		{"# cat /etc/fstab\n/dev/g/s /mnt ext4 noauto,password=x 0 0\n", "g/s",
			SHOWN_CONFIGURED, "/dev/g/s /mnt"},
		/* links, kpartx, loop, md, swap */
		{"# ls -l /dev/mapper\ntotal 0\n"
		 "lrwxrwxrwx 1 root root 7 Nov 20 03:10 g-s -> ../dm-4\n"
		 "lrwxrwxrwx 1 root root 7 Nov 20 03:10 g-sX1 -> ../dm-5\n",
			"g/s", SHOWN_ABOVE, "g-sX1"},
		{"# ls -l /dev/mapper\nbrw-rw---- 1 root disk 253, 4 Nov 20 03:10 g-s\n",
			"g/s", SHOWN_NUMBER, "253:4"},
		{"# dmsetup ls\ng-s (253:4)\n# ls -l /sys/block/dm-4/holders\ntotal 0\n"
		 "lrwxrwxrwx 1 root root 0 Nov 20 03:10 md125 -> ../../md125\n",
			"g/s", SHOWN_HELD, "md125"},
		/* of a loop device with a number as well its name is told */
		{"# losetup -a\n/dev/loop7: []: (/dev/dm-4)\n# dmsetup ls\ng-s (253:4)\n"
		 "# lsblk\nNAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\n"
		 "loop7    7:7    0   16M  0 loop  \n",
			"g/s", SHOWN_HELD, "loop7"},
		{"g-s1 : 0 2048 /dev/mapper/g-s 2048\n", "g/s", SHOWN_ABOVE, "g-s1"},
		{"add map g-s1 (253:6): 0 2048 linear /dev/g/s 2048\n", "g/s",
			SHOWN_ABOVE, "g-s1"},
		{"# losetup -a\n/dev/loop0: [0005]:7 (/dev/g/s), offset 512\n", "g/s",
			SHOWN_HELD, "loop0"},
		{"# cat /proc/mdstat\nPersonalities : [raid1]\n"
		 "md5 : active raid1 dm-4[0]\n# dmsetup ls\ng-s (253:4)\n",
			"g/s", SHOWN_HELD, "md5"},
		{"Filename Type Size Used Priority\n/dev/mapper/g-s partition 1 0 -2\n",
			"g/s", SHOWN_HELD, "swap"},
		/* processes */
		{"# fuser -vm /dev/g/s\n                     USER        PID ACCESS "
		 "COMMAND\n"
		 "/dev/g/s:            root       4711 F.... tar\n",
			"g/s", SHOWN_USED, "4711 (tar)"},
		{"# df /mnt\n/dev/g/s 1 1 1 4% /mnt\n# fuser /mnt\n/mnt: 4711c\n", "g/s",
			SHOWN_USED, "4711"},
		{"COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
		 "tar 4711 root cwd DIR 253,4 4096 2 /mnt\n# dmsetup ls\ng-s (253:4)\n",
			"g/s", SHOWN_USED, "4711 (tar)"},
		{"# ps ax\n  PID TTY STAT TIME COMMAND\n"
		 " 4711 ? D 0:01 /bin/dd if=/dev/g/s of=x\n",
			"g/s", SHOWN_USED, "4711 (dd)"},
		/* of a program's name lsof shows nine characters */
		{"COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
		 "qemu-syst 4711 root 15u BLK 253,4 0t0 2 /dev/dm-4\n# dmsetup ls\n"
		 "g-s (253:4)\n",
			"g/s", SHOWN_USED, "4711 (qemu-syst)"},
		{"# lvs\n  LV VG Attr LSize Pool Origin\n  s g Vri---tz-k 1.00g p o\n",
			"g/s", SHOWN_THIN, ""},
		/* its uuid is no heading of lvs */
		{"# lvdisplay /dev/g/s\n  --- Logical volume ---\n  LV Path /dev/g/s\n"
		 "  LV Name s\n  VG Name g\n"
		 "  LV UUID pQ3rS5-tU7v-W9xY-1zA2-bC4d-E6fG-8hI0jK\n"
		 "  Block device 253:11\n",
			"g/s", SHOWN_NUMBER, "253:11"},
		/* of names that look like LVM's only what LVM has is a volume's */
		{"g-s: 0 8 linear 8:16 0\ng-s-cow 253 4 LIsw 0 1 0 LVM-" VG_UUID SNAPSHOT
		 "-cow\n",
			"g/s", SHOWN_UNSETTLED, "its -cow is suspended"},
		{"# dmsetup info g-s\nName:              g-s\nState:             "
		 "SUSPENDED\nTables present:    LIVE & INACTIVE\n",
			"g/s", SHOWN_UNSETTLED, "it has an inactive table"},
		{"# lvs\n  LV VG Attr LSize Origin Data%\n  s g swi-s-s--- 1g d 5.00\n",
			"g/s", SHOWN_UNSETTLED, "it is suspended"},
		/* states of a snapshot, also as the whole answer */
		{"# dmsetup status g-s\n0 8192 snapshot Overflow\n", "g/s",
			SHOWN_OVERFLOWED, ""},
		{"# dmsetup status\ng-s: 0 8192 snapshot 9000/8192 40\n", "g/s",
			SHOWN_SHRUNK, ""},
		{"# dmsetup status\ng-s: 0 8192 snapshot-merge Merge failed\n", "g/s",
			SHOWN_MERGING, ""},
		{"# dmsetup status\ng-t: 0 8192 thin-pool 1 Fail\n", "g/t", SHOWN_STATUS,
			"thin-pool 1 Fail"},
		{"# lvs\n  LV VG Attr LSize Origin Data%\n  s g swi-a-s--- 1g d 100.02\n",
			"g/s", SHOWN_SHRUNK, ""},
		/* the kernel, dmeventd */
		{"# dmsetup ls\ng-s (253:4)\n# dmesg\nEXT4-fs error (device dm-4): "
		 "ext4_lookup\n",
			"g/s", SHOWN_MESSAGE, "EXT4-fs error (device dm-4): ext4_lookup"},
		{"dmeventd[9]: Snapshot g-s is now 95.00% full.\n", "g/s", SHOWN_FULL,
			"95.00"},
		{"WARNING: Snapshot g-s changed state to: Invalid and should be "
		 "removed.\n",
			"g/s", SHOWN_INVALID, ""},
		{"# lvremove -f /dev/g/s\n  Logical volume \"s\" successfully removed\n",
			"g/s", SHOWN_GONE, "Logical volume \"s\" successfully removed"},
		/* folders of /sys, as ls prints them without -l */
		{"# dmsetup ls\ng-s (253:4)\n# ls /sys/block/dm-4/holders\nmd5  md6\n",
			"g/s", SHOWN_HELD, "md6"},
		{"# dmsetup ls\ng-s (253:4)\n# ls /sys/block/*/holders\n"
		 "/sys/block/dm-3/holders:\n\n/sys/block/dm-4/holders:\nmd5\n",
			"g/s", SHOWN_HELD, "md5"},
		/* titles between marks need no blank line, nor options */
		{"=== lvs ===\n  LV VG Attr LSize Origin\n  s g swi-a-s--- 1g d\n"
		 "=== ps ax ===\n  PID TTY STAT TIME COMMAND\n"
		 " 4711 ? D 0:01 dd if=/dev/g/s of=x\n",
			"g/s", SHOWN_USED, "4711 (dd)"},
		/* guests */
		{"# virsh domblklist vm1\n Target   Source\n-------------------\n"
		 " vda      /dev/g/s\n",
			"g/s", SHOWN_CONFIGURED, "vda /dev/g/s"},
		{"# qm config 100\nname: web\nscsi0: /dev/g/s,size=32G\n", "g/s",
			SHOWN_CONFIGURED, "scsi0 /dev/g/s"},
		{"# virsh dumpxml vm1\n<domain>\n <source dev='/dev/g/s'/>\n", "g/s",
			SHOWN_CONFIGURED, "disk /dev/g/s"},
		{"# ps ax\n  PID TTY STAT TIME COMMAND\n 47 ? S 0:01 qemu-kvm -drive "
		 "file=/dev/g/s,format=raw\n",
			"g/s", SHOWN_USED, "47 (qemu-kvm)"},
		{"# df /mnt\n/dev/g/s 1 1 1 4% /mnt\n# ps ax\n 47 ? S 0:01 tar -C /mnt "
		 "-c .\n",
			"g/s", SHOWN_USED, "47 (tar)"},
		/* lists of block devices */
		{"# blkid\n/dev/mapper/g-s: UUID=\"x\" TYPE=\"LVM2_member\"\n", "g/s",
			SHOWN_GROUP, "(not named)"},
		{"# lvmdiskscan\n  /dev/g/s [ 1.00 GiB] LVM physical volume\n", "g/s",
			SHOWN_GROUP, "(not named)"},
		{"# cat /proc/partitions\nmajor minor  #blocks  name\n\n 253 4 8 dm-4\n"
		 "# ls -l /dev/mapper\nlrwxrwxrwx 1 root root 7 Nov 20 03:10 g-s -> "
		 "../dm-4\n# cat /proc/1/mountinfo\n36 25 253:4 / /mnt rw - ext4 none "
		 "rw\n",
			"g/s", SHOWN_MOUNTED, "/mnt"},
		{"SOURCE          TARGET FSTYPE\n/dev/mapper/g-s /mnt   ext4\n", "g/s",
			SHOWN_MOUNTED, "/mnt"},
		/* words */
		{"  Logical volume g/s contains a filesystem in use.\n", "g/s",
			SHOWN_MESSAGE,
			"Logical volume g/s contains a filesystem in use."},
		{"# pvs\n  PV VG Fmt Attr PSize PFree\n  /dev/mapper/g-s guest lvm2 a-- "
		 "1g 0\n",
			"g/s", SHOWN_GROUP, "guest"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = NULL;

		print_message(
			"%s\n", rows[i].text); /* the last one is the one that fails */
		host = import_text(rows[i].text);
		assert_shown(host, rows[i].volume, rows[i].kind, rows[i].value);
		judge(host);
	}
}

/* What names and numbers would join is not of one host. */
static void test_several_hosts(void **state)
{
	cleanup_host struct host *host =
		import_text("root@hv1.example.com:~# ls -l /dev/mapper\n"
			    "lrwxrwxrwx 1 root root 7 Nov 20 03:10 g-s -> ../dm-5\n"
			    "root@hv1:~# ssh hv2\n[root@hv2 ~]# mount\n"
			    "/dev/dm-5 on /var/lib/mysql type ext4 (rw)\n"
			    "root@hv1:~# lvs\n  LV VG Attr LSize\n  t g -wi-a- 1g\n");

	(void)state;
	assert_shown(host, "g/s", SHOWN_ACTIVE, "yes");
	assert_shown(host, "g/t", SHOWN_PLAIN, "");
	for (size_t i = 0; i < host->n_shown; i++)
		assert_int_not_equal(host->shown[i].kind, SHOWN_MOUNTED);
	assert_recorded(host, "\"mount\" not used: it is of another host, hv2, and the "
			      "first is hv1; make a file of each host");
}

/* A guest's disk, by what lsof shows of its program's name. */
static void test_cut_name_of_a_hypervisor(void **state)
{
	static const char *const all[] = {"*/*"};
	struct request request = {.select = (const char **)all, .n_select = 1};
	cleanup_host struct host *host = import_text(
		"COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
		"qemu-syst 4711 root 15u BLK 253,4 0t0 2 /dev/dm-4\n# dmsetup ls\n"
		"g-s (253:4)\n");
	cleanup_buf struct buf archive = BUF_INIT;
	cleanup_host struct host *again = through_archive(host, &archive);
	cleanup_survey struct survey survey = {0};
	size_t found = 0;

	(void)state;
	survey_collect(again, &request, &survey);
	classify_survey(&survey);
	for (size_t i = 0; i < survey.n_subjects; i++)
		found += strcmp(survey.subjects[i].label, "g/s") == 0 &&
			 survey.subjects[i].decisive == RULE_VM_RUNNING;
	assert_int_equal(found, 1);
}

/* A ticket as it comes: mail, prompts of several shapes, errors among the output. */
static const char pasted[] =
	"Hello,\n\n[root@node ~]# lvs\n"
	"  /dev/g-1/s-1: read failed after 0 of 4096 at 0: Input/output error\n"
	"  LV      VG   Attr     LSize  Pool Origin  Data%  Move Log Copy%  Convert\n"
	"  disk    g-1  owi-ao-- 50,00g\n"
	"  s-1     g-1  swi-I-s- 10,00g      disk   100,00\n"
	"node:~ # ls -al /dev/mapper | grep s--1\n"
	"lrwxrwxrwx 1 root root       8 Nov 20 03:10 g--1-s--1 -> ../dm-14\n"
	"lrwxrwxrwx 1 root root       8 Nov 20 03:11 g--1-s--1X1 -> ../dm-15\n"
	"root@node:/tmp$ sudo mount\n"
	"/dev/mapper/g--1-s--1X1 on /mnt type ext4 (ro)\n"
	"# dmsetup  info -c\n"
	"Name             Maj Min Stat Open Targ Event  UUID\n"
	"g--1-s--1        253  14 L--w    1    1      0 LVM-" VG_UUID SNAPSHOT "\n"
	"an odd line in between\n"
	"g--1-s--1X1      253  15 L--w    1    1      0 part1-LVM-" VG_UUID SNAPSHOT "\n"
	"hv7> fuser -vm /mnt\n"
	"                     USER        PID ACCESS COMMAND\n"
	"/mnt:                root       4711 ..c.. bash\n"
	"node# lvremove /dev/g-1/s-1\n"
	"  Logical volume g-1/s-1 is used by another device.\n";

static void test_pasted_session(void **state)
{
	cleanup_host struct host *host = import_text(pasted);
	const char *volume = "g-1/s-1";

	(void)state;
	assert_shown(host, volume, SHOWN_SNAPSHOT, "disk");
	assert_shown(host, volume, SHOWN_INVALID, "");
	assert_shown(host, volume, SHOWN_NUMBER, "253:14");
	assert_shown(host, volume, SHOWN_ABOVE, "g--1-s--1X1");
	assert_shown(host, volume, SHOWN_MOUNTED, "/mnt");
	assert_shown(host, volume, SHOWN_USED, "4711 (bash)");
	assert_shown(host, volume, SHOWN_MESSAGE,
		"Logical volume g-1/s-1 is used by another device.");
	assert_shown(host, "g-1/disk", SHOWN_ORIGIN, "s-1");
	assert_null(shown_find(host, "g-1/s-1X1", SHOWN_LISTED));
	assert_recorded(host, "line 3: \"lvs\" read as lvs, 4 lines used, shows all");
	assert_recorded(host,
		"\"dmsetup info -c\" read as dmsetup info -c, 3 lines used, "
		"shows part; 1 not understood, the first is line 16: an odd "
		"line in between");
	assert_recorded(host, "line 1: not recognised");
	assert_source(host, "lvm/report.json", OUTCOME_SKIPPED,
		"only a part is in the evidence: ticket, line 3: lvs");
	assert_source(host, "dm", OUTCOME_SKIPPED, "dmsetup info -c");
	assert_source(host, "mounts", OUTCOME_SKIPPED, ": mount");
	assert_source(host, "swaps", OUTCOME_SKIPPED, "not in the evidence");
}

/* ---- what a text goes through on its way ---- */

static void quoted(const char *line, size_t len, struct buf *out)
{
	buf_puts(out, "> > ");
	buf_add(out, line, len);
	buf_puts(out, "\n");
}

static void with_returns(const char *line, size_t len, struct buf *out)
{
	buf_add(out, line, len);
	buf_puts(out, "\r\n");
}

static void coloured(const char *line, size_t len, struct buf *out)
{
	buf_puts(out, "\033[01;32m");
	buf_add(out, line, len);
	buf_puts(out, "\033[0m\033]0;title\a\n");
}

static void replaced(
	const char *line, size_t len, const char *blank, bool is_one, struct buf *out)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ')
			buf_add(out, &line[i], 1);
		else if (!is_one || i == 0 || line[i - 1] != ' ')
			buf_puts(out, blank);
	buf_puts(out, "\n");
}

static void squeezed(const char *line, size_t len, struct buf *out)
{
	size_t blanks = strspn(line, " ");

	replaced(line + blanks, len - blanks, " ", true, out);
}

static void tabbed(const char *line, size_t len, struct buf *out)
{
	replaced(line, len, "\t", true, out);
}

static void unbreakable(const char *line, size_t len, struct buf *out)
{
	replaced(line, len, "\xc2\xa0", false, out);
}

static void add_lines(const char *text,
	void (*change)(const char *line, size_t len, struct buf *out), struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		change(text, len, out);
		text += len + (text[len] == '\n');
	}
}

static void assert_same_shown(const struct host *a, const struct host *b)
{
	for (size_t i = 0; i < a->n_shown && i < b->n_shown; i++)
		if (shown_compare(&a->shown[i], &b->shown[i]) != 0)
			fail_msg("%s %s %s is %s %s %s", a->shown[i].volume,
				shown_kind_name(a->shown[i].kind), a->shown[i].value,
				b->shown[i].volume, shown_kind_name(b->shown[i].kind),
				b->shown[i].value);
	assert_int_equal(a->n_shown, b->n_shown);
}

static void with_mark(const char *mark, const char *line, size_t len, struct buf *out)
{
	buf_puts(out, mark);
	buf_add(out, line, len);
	buf_puts(out, "\n");
}

static void by_syslog(const char *line, size_t len, struct buf *out)
{
	with_mark("Nov  2 03:10:01 hv7 look.sh[99]: ", line, len, out);
}

static void by_journal(const char *line, size_t len, struct buf *out)
{
	with_mark("2026-11-22T03:10:01+0100 hv7 look[99]: ", line, len, out);
}

static void by_container(const char *line, size_t len, struct buf *out)
{
	with_mark("2026-11-22T03:10:01.123456789Z stdout F ", line, len, out);
}

static void by_script(const char *line, size_t len, struct buf *out)
{
	with_mark("2026-11-22 03:10:01,123 ", line, len, out);
}

static void by_pod(const char *line, size_t len, struct buf *out)
{
	with_mark("[pod/csi-node-x7/driver] ", line, len, out);
}

static void by_compose(const char *line, size_t len, struct buf *out)
{
	with_mark("node-1  | ", line, len, out);
}

static void by_ansible(const char *line, size_t len, struct buf *out)
{
	buf_puts(out, "            \"");
	for (size_t i = 0; i < len; i++) {
		if (strchr("\"\\", line[i]))
			buf_puts(out, "\\");
		buf_add(out, &line[i], 1);
	}
	buf_puts(out, "\",\n");
}

static void test_ways_of_a_text(void **state)
{
	static void (*const ways[])(const char *line, size_t len, struct buf *out) = {
		quoted, with_returns, coloured, squeezed, tabbed, unbreakable, by_syslog,
		by_journal, by_container, by_script, by_pod, by_compose, by_ansible};
	cleanup_host struct host *plain = import_text(pasted);

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;

		buf_puts(&text, i % 2 ? "\xef\xbb\xbf" : "");
		add_lines(pasted, ways[i], &text);
		host = import_text(buf_text(&text));
		assert_same_shown(plain, host);
	}
}

/* What only looks like a mark is left alone: the kernel's lines, a list of mount points.
 */
static void test_marks_of_logs_stay(void **state)
{
	cleanup_host struct host *host = import_text(
		"# dmsetup ls\ng-s (253:4)\n# dmesg -T\n"
		"Nov 22 03:10:01 hv7 kernel: EXT4-fs error (device dm-4): bad\n"
		"# lsblk -J\n{\n \"blockdevices\": [\n  {\n   \"name\": \"g-s\",\n"
		"   \"maj:min\": \"253:4\",\n   \"mountpoints\": [\n"
		"     \"/mnt/a\",\n     \"/mnt/b\"\n   ]\n  }\n ]\n}\n");

	(void)state;
	assert_shown(host, "g/s", SHOWN_MESSAGE,
		"Nov 22 03:10:01 hv7 kernel: EXT4-fs error (device dm-4): bad");
	assert_shown(host, "g/s", SHOWN_MOUNTED, "/mnt/b");
}

static void test_fences_and_a_cut_end(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_host struct host *plain = import_text(pasted), *host = NULL;

	(void)state;
	buf_puts(&text, "## lvs\n```sh\n");
	buf_add(&text, pasted, strlen(pasted) - 1); /* no newline at the end */
	host = import_text(buf_text(&text));
	assert_same_shown(plain, host);
}

/* One line in each place that says nothing: it costs itself. */
static void test_an_odd_line_costs_itself(void **state)
{
	cleanup_host struct host *plain = import_text(pasted);

	(void)state;
	for (size_t at = 0; pasted[at]; at += strcspn(pasted + at, "\n") + 1) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;

		buf_add(&text, pasted, at);
		buf_puts(&text, "~~ %s \x01 ( 99 \"\n");
		buf_puts(&text, pasted + at);
		host = import_text(buf_text(&text));
		assert_same_shown(plain, host);
	}
}

/* ---- what is not whole ---- */

/* As a terminal of 80 columns shows it: cut off there. */
static void cut_at_80(const char *line, size_t len, struct buf *out)
{
	buf_add(out, line, len < 80 ? len : 80);
	buf_puts(out, "\n");
}

/* The same, its rest in the next line. */
static void wrapped_at_80(const char *line, size_t len, struct buf *out)
{
	for (; len > 80; line += 80, len -= 80) {
		buf_add(out, line, 80);
		buf_puts(out, "\n");
	}
	buf_add(out, line, len);
	buf_puts(out, "\n");
}

static const char wide[] =
	"# lvs -o +devices\n"
	"  LV              VG               Attr       LSize  Pool Origin        Data% "
	" Meta%  Move Log Cpy%Sync Convert Devices\n"
	"  backup-00112233 onapp-0011223344 swi-a-s---  5.00g      disk-00112233 "
	"3.25                                     /dev/sdb(123)\n"
	"  disk-00112233   onapp-0011223344 owi-aos--- 50.00g                         "
	"                                         /dev/sdb(0)\n"
	"# dmsetup info -c\n"
	"Name                                     Maj Min Stat Open Targ Event  UUID\n"
	"onapp--0011223344-backup--00112233       253   4 L--w    0    1      0 "
	"LVM-" VG_UUID SNAPSHOT "\n"
	"onapp--0011223344-backup--00112233-cow   253   3 L--w    1    1      0 "
	"LVM-" VG_UUID SNAPSHOT "-cow\n"
	"# dmsetup table\n"
	"onapp--0011223344-backup--00112233-cow-of-a-long-name: 0 10485760 linear 8:16 "
	"104859648\n"
	"onapp--0011223344-backup--00112233-with-a-long-name: 0 10485760 snapshot 253:2 "
	"253:31 P 8\n"
	"# dmsetup status\n"
	"onapp--0011223344-backup--00112233-with-a-very-long-name: 0 10485760 snapshot "
	"16384/10485760 256\n";

/* A cut text says less, and nothing else. */
static void test_cut_off_is_unknown(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_host struct host *whole = import_text(wide), *cut = NULL;

	(void)state;
	add_lines(wide, cut_at_80, &text);
	cut = import_text(buf_text(&text));
	assert_shown(cut, "onapp-0011223344/backup-00112233", SHOWN_NUMBER, "253:4");
	assert_recorded(cut, "as long as a terminal is wide: without the last word");
	for (size_t i = 0; i < cut->n_shown; i++) {
		const struct shown *shown = &cut->shown[i];

		assert_int_not_equal(shown->kind, SHOWN_UUID);
		assert_int_not_equal(shown->kind, SHOWN_TABLE);
		assert_int_not_equal(shown->kind, SHOWN_STATUS);
		assert_shown(whole, shown->volume, shown->kind, shown->value);
	}
}

static void test_wrapped_is_joined(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_host struct host *whole = import_text(wide), *wrapped = NULL;

	(void)state;
	add_lines(wide, wrapped_at_80, &text);
	wrapped = import_text(buf_text(&text));
	assert_same_shown(whole, wrapped);
}

/* A mail wraps headings and rows between words. */
static void test_wrapped_by_a_mail(void **state)
{
	cleanup_host struct host *host = import_text(
		"# lvs -o +devices\n  LV VG Attr LSize Pool Origin Data%\nMeta% Move "
		"Log Cpy%Sync Convert Devices\n"
		"  s g swi-a-s--- 1.00g      d\n12.50 /dev/mapper/h-t(5)\n");

	(void)state;
	assert_shown(host, "g/s", SHOWN_FULL, "12.50");
	assert_shown(host, "h/t", SHOWN_ABOVE, "g-s");
	assert_recorded(host, "4 lines used, shows all");
}

/* No uuid that has lost its end. */
static void test_uuids_are_whole(void **state)
{
	static const char *const cut[] = {
		"g-s 253 4 L--w 0 1 0 LVM-DrYn2JSH9PEOnMvdRp2Qj\n",
		"g-s-cow 253 4 L--w 0 1 0 LVM-" VG_UUID SNAPSHOT "\n",
		"g-s 253 4 L--w 0 1 0 LVM-" VG_UUID SNAPSHOT "-co\n",
		"g-s1 253 4 L--w 0 1 0 part1-LVM-" VG_UUID "\n",
		"# dmsetup info\nName: g-s\nUUID: LVM-" VG_UUID "\n",
		"--- Logical volume ---\nLV Path /dev/g/s\nLV UUID pQ3rS5-tU7v-W9xY\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		cleanup_host struct host *host = import_text(cut[i]);

		for (size_t s = 0; s < host->n_shown; s++)
			assert_int_not_equal(host->shown[s].kind, SHOWN_UUID);
	}
}

/* ---- what is no volume, and what is no use ---- */

static void assert_no_volume(const char *text)
{
	cleanup_host struct host *host = import_text(text);

	if (host->n_shown)
		fail_msg("%s is a volume: %s", host->shown[0].volume, text);
}

static void test_names_of_others(void **state)
{
	(void)state;
	assert_no_volume("/dev/cciss/c0d0p1 on /boot type ext3 (rw)\n");
	assert_no_volume("/dev/mapper/36001405a8d3b1f2c4d5e6f7a8b9c0d1e2-part2 on /data "
			 "type ext3 (rw)\n");
	assert_no_volume("live-rw\t(253:0)\nlive-base\t(253:1)\n");
	assert_no_volume("g-s 253 4 L--w 0 1 0 mpath-36001405a8d3b1f2c\n");
	assert_no_volume("g-s: 0 8192 crypt aes-xts-plain64 00 0 8:16 4096\n");
	assert_no_volume("# multipath -ll\nmy-map (36001405a8d3b1f2c) dm-3 LIO-ORG,disk\n"
			 "size=1.0G features='0' hwhandler='0' wp=rw\n"
			 "`-+- policy='service-time 0' prio=1 status=active\n"
			 "  `- 2:0:0:0 sdb 8:16 active ready running\n");
}

/* ...but where LVM lists it, it is. */
static void test_strange_names_of_volumes(void **state)
{
	cleanup_host struct host *host =
		import_text("# lvs\n  LV VG Attr LSize\n  part2 g -wi-a- 1g\n"
			    "  rw live -wi-a- 1g\n# dmsetup ls\ng-part2 (253:4)\n");

	(void)state;
	assert_shown(host, "g/part2", SHOWN_NUMBER, "253:4");
	assert_shown(host, "live/rw", SHOWN_PLAIN, "");
}

static void assert_not_shown(const char *text, enum shown_kind kind)
{
	cleanup_host struct host *host = import_text(text);

	for (size_t i = 0; i < host->n_shown; i++)
		if (host->shown[i].kind == kind)
			fail_msg("%s %s %s: %s", host->shown[i].volume,
				shown_kind_name(kind), host->shown[i].value, text);
}

static void test_arguments_are_no_use(void **state)
{
	static const char shell[] = "# ps ax\n  PID TTY STAT TIME COMMAND\n"
				    " 4711 ? Ss 0:00 sh -c lvremove -f /dev/g/s\n 4712 ? "
				    "S 0:00 vi /dev/g/s\n";
	cleanup_host struct host *host = import_text(shell);

	(void)state;
	assert_not_shown(shell, SHOWN_USED);
	assert_shown(host, "g/s", SHOWN_MESSAGE,
		"process 4711 (sh) has it among its arguments");
}

static void test_prose_is_no_message(void **state)
{
	static const char lvs[] = "# lvs\n  LV VG Attr LSize\n  t g -wi-a- 1g\n";
	static const char *const prose[] = {"Can't we just delete /dev/g/t?\n",
		"I get not found when I look.\n", "Please say if g/t is missing here\n",
		"The disk is missing, it Failed to come back\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(prose) / sizeof(prose[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text, "%s%s", lvs, prose[i]);
		assert_not_shown(buf_text(&text), SHOWN_MESSAGE);
	}
}

/* ---- what a whole list does not have ---- */

static void test_unlisted(void **state)
{
	static const char mapped[] = "# dmsetup ls\ng-s (253:4)\ng-d (253:1)\n"
				     "g-p_tdata (253:2)\n";
	static const struct {
		const char *command;
		const char *more;
		bool is_said;
	} rows[] = {{"lvs", "", true}, {"lvs -a -o +devices", "", true},
		{"lvs g", "", false}, {"lvs | grep g", "", false},
		{"lvs -S lv_size=1g", "", false}, {"lvs", "  an odd line here\n", false},
		{"lvs", "  Skipping volume group h\n", false},
		{"lvs",
			"  WARNING: Running as a non-root user. Functionality may be "
			"unavailable.\n",
			false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;

		buf_printf(&text, "%s# %s\n  LV VG Attr LSize\n  d g -wi-a- 1g\n%s",
			mapped, rows[i].command, rows[i].more);
		host = import_text(buf_text(&text));
		assert_int_equal(
			shown_find(host, "g/s", SHOWN_UNLISTED) != NULL, rows[i].is_said);
		assert_null(shown_find(host, "g/d", SHOWN_UNLISTED));
		assert_null(shown_find(host, "g/p_tdata", SHOWN_UNLISTED));
		judge(host);
	}
}

/* What each command shows of all there is. */
static void test_what_is_all(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} rows[] = {
		{"# dmsetup ls\ng-s (253:4)\n", "shows all"},
		{"# dmsetup table\ng-s: 0 8 linear 8:16 0\n", "shows all"},
		{"# dmsetup info -c\nName Maj Min Stat Open Targ Event UUID\n"
		 "g-s 253 4 L--w 0 1 0 LVM-" VG_UUID SNAPSHOT "\n",
			"shows all"},
		{"# dmsetup table --target snapshot\ng-s: 0 8 linear 8:16 0\n",
			"shows part"},
		{"# dmsetup table g-s\n0 8 linear 8:16 0\n", "shows part"},
		{"# dmsetup ls | grep s\ng-s (253:4)\n", "shows part"},
		{"# cat /proc/swaps\nFilename Type Size Used Priority\n", "shows all"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = import_text(rows[i].text);

		assert_recorded(host, rows[i].words);
	}
}

/* ---- how a text is written ---- */

/* "=" as "=3D", lines of more than 70 broken: as a mail program sends it. */
static void printable(const char *line, size_t len, struct buf *out)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		if (column > 70) {
			buf_puts(out, "=\r\n");
			column = 0;
		}
		if (line[i] == '=') {
			buf_puts(out, "=3D");
			column += 3;
		} else {
			buf_add(out, &line[i], 1);
			column++;
		}
	}
	buf_puts(out, "\r\n");
}

static void test_quoted_printable(void **state)
{
	cleanup_host struct host *plain = import_text(wide), *host = NULL;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	buf_puts(&text, "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n");
	add_lines(wide, printable, &text);
	host = import_text(buf_text(&text));
	assert_same_shown(plain, host);
	text.len = 0; /* without its head */
	add_lines(wide, printable, &text);
	cleanup_host struct host *bare = import_text(buf_text(&text));

	assert_same_shown(plain, bare);
}

static void test_utf16(void **state)
{
	cleanup_host struct host *plain = import_text(pasted);

	(void)state;
	for (int way = 0; way < 3; way++) { /* with and without a mark, either order */
		cleanup_folder char *folder = folder_new();
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;

		if (way < 2)
			buf_add(&text, way ? "\xfe\xff" : "\xff\xfe", 2);
		for (const char *at = pasted; *at; at++) {
			const char pair[2] = {
				way == 1 ? '\0' : *at, way == 1 ? *at : '\0'};

			buf_add(&text, pair, 2);
		}
		file_put(folder, "ticket", text.data, text.len);
		host = import(folder);
		assert_same_shown(plain, host);
	}
}

/* A text alone, by any name; nothing of use in it is an error that says what it read. */
static void test_a_text_alone(void **state)
{
	cleanup_folder char *folder = folder_new();
	cleanup_buf struct buf path = BUF_INIT;
	cleanup_host struct host *host = NULL;

	(void)state;
	file_put(folder, "note", pasted, strlen(pasted));
	file_put(folder, "prose", "Can you help?\n", 14);
	buf_printf(&path, "%s/note", folder);
	host = import(path.data);
	assert_shown(host, "g-1/s-1", SHOWN_SNAPSHOT, "disk");
	assert_source(host, SHOWN_DOCUMENT, OUTCOME_READ, "");
	path.len = 0;
	buf_printf(&path, "%s/prose", folder);
	assert_refused(path.data, "no recognised files or outputs; it reads ");
}

/* What is known by name alone is named, and stays; a use decides, its absence does not.
 */
static void test_named_is_never_removed(void **state)
{
	static const char *const all[] = {"*/*"};
	static const struct {
		const char *volume;
		enum verdict verdict;
		enum rule rule;
	} rows[] = {{"g-1/disk", VERDICT_REFUSE, RULE_ORIGIN},
		{"g-1/s-1", VERDICT_REFUSE, RULE_IN_USE}};
	cleanup_host struct host *host = import_text(pasted);
	cleanup_buf struct buf archive = BUF_INIT;
	cleanup_host struct host *again = through_archive(host, &archive);
	cleanup_survey struct survey survey = {0};
	struct request request = {.select = (const char **)all, .n_select = 1};
	size_t n_named = 0;

	(void)state;
	assert_same_shown(host, again);
	survey_collect(again, &request, &survey);
	classify_survey(&survey);
	for (size_t s = 0; s < survey.n_subjects; s++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (strcmp(survey.subjects[s].label, rows[i].volume) == 0) {
				n_named++;
				assert_int_equal(
					survey.subjects[s].verdict, rows[i].verdict);
				assert_int_equal(
					survey.subjects[s].decisive, rows[i].rule);
			}
	assert_int_equal(n_named, 2);
}

/* lvs alone: each snapshot is undecided, with what is missing. */
static void test_lvs_alone(void **state)
{
	static const char *const all[] = {"*/*"};
	cleanup_host struct host *host =
		import_text("LV VG Attr LSize Origin Data%\nd g owi-aos--- 5g\n"
			    "s g swi-a-s--- 1g d 1.00\n");
	cleanup_survey struct survey survey = {0};
	struct request request = {.select = (const char **)all, .n_select = 1};

	(void)state;
	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	for (size_t s = 0; s < survey.n_subjects; s++) {
		const struct subject *subject = &survey.subjects[s];

		if (strcmp(subject->label, "g/s") != 0)
			continue;
		assert_int_equal(subject->verdict, VERDICT_UNDECIDED);
		assert_int_equal(subject->decisive, RULE_EVIDENCE_MISSING);
		for (size_t i = 0; i < subject->n_reasons; i++)
			if (subject->reasons[i].rule == RULE_EVIDENCE_MISSING &&
				strstr(subject->reasons[i].text, "its uuid"))
				return;
		fail_msg("not told: what is missing");
	}
	fail_msg("g/s is not named");
}

/* "g/s" of that text, when all is judged. */
static const struct subject *judge_text(const char *text, const struct request *request,
	struct host **ret_host, struct survey *ret_survey)
{
	*ret_host = import_text(text);
	survey_collect(*ret_host, request, ret_survey);
	classify_survey(ret_survey);
	for (size_t i = 0; i < ret_survey->n_subjects; i++)
		if (strcmp(ret_survey->subjects[i].label, "g/s") == 0)
			return &ret_survey->subjects[i];
	fail_msg("g/s is not named: %s", text);
	return NULL;
}

/* lsof and the kernel name devices by number, and what these are files tell that became
 * the model. */
static void test_numbers_of_the_model(void **state)
{
	static const struct file files[] = {
		{"sos_commands/devicemapper/dmsetup_info_-c",
			"Name Maj Min Stat Open Targ Event UUID\n"
			"g-s 253 4 L--w 0 1 0 LVM-" VG_UUID SNAPSHOT "\n"
			"g-s1 253 5 L--w 0 1 0 part1-LVM-" VG_UUID SNAPSHOT "\n"
			"g-s-cow 253 3 L--w 1 1 0 LVM-" VG_UUID SNAPSHOT "-cow\n"
			"g-d-real 253 2 L--w 1 1 0 LVM-" VG_UUID VG_UUID "-real\n"},
		{"sos_commands/devicemapper/dmsetup_table",
			"g-s: 0 8192 snapshot 253:2 253:3 P 8\n"
			"g-s1: 0 8 linear 253:4 8\n"
			"g-s-cow: 0 8192 linear 8:16 2048\n"
			"g-d-real: 0 8192 linear 8:16 90000\n"},
		{"sos_commands/process/lsof_-b_M_-n_-l_-c",
			"COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
			"tar 4711 root cwd DIR 253,5 4096 2 /x\n"},
		{"sos_commands/kernel/dmesg",
			"[1.0] EXT4-fs error (device dm-4): ext4_lookup\n"},
	};
	cleanup_host struct host *host = NULL;

	(void)state;
	host = import_files(files, sizeof(files) / sizeof(files[0]));
	assert_source(host, "dm", OUTCOME_READ, "dmsetup_info_-c");
	assert_shown(host, "g/s", SHOWN_USED, "4711 (tar)");
	assert_shown(host, "g/s", SHOWN_MESSAGE,
		"[1.0] EXT4-fs error (device dm-4): ext4_lookup");
}

#define MANY_PROCESSES 60000 /* more than half of FOUND_MAX, with two statements each */

/* Of a list with all that is open few rows are of a volume. What is known to be on a
 * mapping has room; of what becomes known behind it, the record says that it was left
 * out. */
static void test_many_open_files(void **state)
{
	static const char names[] = "# dmsetup ls\ng-s (253:4)\n";
	cleanup_buf struct buf rows = BUF_INIT, before = BUF_INIT, behind = BUF_INIT;
	cleanup_host struct host *known = NULL, *unknown = NULL;

	(void)state;
	buf_puts(&rows, "# lsof\nCOMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n");
	for (unsigned i = 0; i < MANY_PROCESSES; i++)
		buf_printf(&rows, "sh %u root txt REG 8,1 1 1 /usr/bin/sh\n", 10000 + i);
	buf_puts(&rows, "tar 4711 root 3r BLK 253,4 0t0 1 /dev/dm-4\n");
	buf_printf(&before, "%s%s", names, buf_text(&rows));
	buf_printf(&behind, "%s%s", buf_text(&rows), names);
	known = import_text(buf_text(&before));
	assert_shown(known, "g/s", SHOWN_USED, "4711 (tar)");
	assert_null(strstr(host_document(known, IMPORT_DOCUMENT)->bytes, "left out"));
	unknown = import_text(buf_text(&behind));
	if (!shown_find(unknown, "g/s", SHOWN_USED))
		assert_recorded(unknown, "the rest is left out");
}

/* Rows of one process on one device and in one folder say the same. */
static void test_rows_of_one_process(void **state)
{
	cleanup_host struct host *host =
		import_text("# mount\n/dev/mapper/g-s on /mnt type ext4 (rw)\n"
			    "/dev/mapper/g-t on /mnt/t type ext4 (rw)\n"
			    "# lsof\nCOMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
			    "sh 1 root mem REG 8,1 1 1 /usr/lib/a.so\n"
			    "sh 1 root mem REG 8,1 1 1 /usr/lib/b.so\n"
			    "sh 1 root cwd DIR 8,1 1 1 /mnt/x/y\n"
			    "sh 1 root txt REG 8,2 1 1 /mnt/t/b\n"
			    "vi 2 root txt REG 8,1 1 1 /usr/lib/b.so\n"
			    "vi 2 root 3u REG 8,2 1 1 /mnt/t/b\n"
			    "vi 2 root 4u IPv4 123 0t0 TCP *:22 (LISTEN)\n");

	(void)state;
	assert_shown(host, "g/s", SHOWN_USED, "1 (sh)");
	assert_shown(host, "g/t", SHOWN_USED, "1 (sh)");
	assert_shown(host, "g/t", SHOWN_USED, "2 (vi)");
	assert_recorded(host, "read as lsof, 8 lines used");
}

static bool is_asked(
	const struct survey *survey, const struct subject *subject, enum evidence kind)
{
	cleanup_asks struct asks asks = {0};

	ask_collect(survey, subject, &asks);
	for (size_t i = 0; i < asks.count; i++)
		if (asks.items[i].kind == kind)
			return true;
	return false;
}

/* LVM complains of a disk with any of its commands, and does not say whose it is. */
static void test_disks_seen_twice(void **state)
{
	static const char *const all[] = {"*/*"};
	static const char lvs[] = "# lvs\n  LV VG Attr LSize Pool Origin Data%\n"
				  "  s g swi-a-s--- 1g d 1.00\n";
	static const struct {
		const char *text;
		enum verdict verdict;
		enum outlook outlook;
		bool is_asked;
	} rows[] = {
		{"", VERDICT_UNDECIDED, OUTLOOK_REMOVE, true},
		{"# vgs\n  WARNING: Not using device /dev/sdc for PV A-B.\n",
			VERDICT_UNDECIDED, OUTLOOK_OPEN, true},
		{"# vgs\n  WARNING: PV A-B prefers device /dev/sdb because of size.\n",
			VERDICT_UNDECIDED, OUTLOOK_OPEN, true},
		{"# vgs\n  Found duplicate PV AB: using /dev/sdb not /dev/sdc\n",
			VERDICT_UNDECIDED, OUTLOOK_OPEN, true},
		{"# pvs\n  PV VG Fmt Attr PSize PFree\n  /dev/sdb g lvm2 a-- 1g 0\n",
			VERDICT_UNDECIDED, OUTLOOK_REMOVE, false},
		{"# pvs\n  PV VG Fmt Attr PSize PFree\n  /dev/sdb g lvm2 d-- 1g 0\n",
			VERDICT_REFUSE, OUTLOOK_NONE, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;
		cleanup_survey struct survey survey = {0};
		struct request request = {.select = (const char **)all, .n_select = 1};
		const struct subject *subject;

		buf_printf(&text, "%s%s", lvs, rows[i].text);
		subject = judge_text(buf_text(&text), &request, &host, &survey);
		if (subject->verdict != rows[i].verdict ||
			subject->outlook != rows[i].outlook ||
			is_asked(&survey, subject, EVIDENCE_DISKS) != rows[i].is_asked)
			fail_msg("verdict %d, outlook %s: %s", (int)subject->verdict,
				outlook_name(subject->outlook), buf_text(&text));
	}
}

/* Its own opens are explained by the mount: of a file in it they say nothing. */
static void test_swap_on_a_file_is_asked_for(void **state)
{
	static const char *const all[] = {"*/*"};
	static const char text[] =
		"# dmsetup info -c\nName Maj Min Stat Open Targ Event UUID\n"
		"g-s 253 4 L--w 1 1 0 LVM-" VG_UUID SNAPSHOT "\n"
		"g-s-cow 253 3 L--w 1 1 0 LVM-" VG_UUID SNAPSHOT "-cow\n"
		"g-d-real 253 2 L--w 1 1 0 LVM-" VG_UUID VG_UUID "-real\n"
		"# dmsetup table\ng-s: 0 8192 snapshot 253:2 253:3 P 8\n"
		"g-s-cow: 0 8192 linear 8:16 2048\ng-d-real: 0 8192 linear 8:16 90000\n"
		"# cat /proc/1/mountinfo\n"
		"36 25 253:4 / /mnt rw - ext4 /dev/mapper/g-s rw\n";
	cleanup_host struct host *host = NULL;
	cleanup_survey struct survey survey = {0};
	struct request request = {.select = (const char **)all, .n_select = 1};
	const struct subject *subject;

	(void)state;
	subject = judge_text(text, &request, &host, &survey);
	assert_true(is_asked(&survey, subject, EVIDENCE_SWAPS));
	assert_true(is_asked(&survey, subject, EVIDENCE_LOOPS));
}

/* Mounted by name, no line has a device number, and something shows a use of the mount.
 */
static void test_use_by_mount_point(void **state)
{
	static const char *const all[] = {"*/*"};
	static const char head[] = "# lvs\n  LV VG Attr LSize Pool Origin Data%\n"
				   "  s g swi-aos--- 1g d 1.00\n# mount\n"
				   "/dev/mapper/g-s on /mnt/b type ext4 (ro)\n";
	static const struct {
		const char *text;
		enum verdict verdict;
		enum outlook outlook;
	} rows[] = {
		{"", VERDICT_UNDECIDED, OUTLOOK_REMOVE},
		{"# lsof /mnt/b\nCOMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
		 "bash 4711 root cwd DIR 253,9 4096 2 /mnt/b/etc\n",
			VERDICT_REFUSE, OUTLOOK_NONE},
		{"# lsof /mnt/else\nCOMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
		 "bash 4711 root cwd DIR 253,9 4096 2 /mnt/else\n",
			VERDICT_UNDECIDED, OUTLOOK_REMOVE},
		{"# umount /mnt/b\numount: /mnt/b: target is busy.\n", VERDICT_UNDECIDED,
			OUTLOOK_OPEN},
		{"# dmsetup remove g-s\ndevice-mapper: remove ioctl on g-s  failed: "
		 "Device or resource busy\n",
			VERDICT_UNDECIDED, OUTLOOK_REMOVE}, /* by the mount */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;
		cleanup_survey struct survey survey = {0};
		struct request request = {.select = (const char **)all, .n_select = 1};
		const struct subject *subject;

		buf_printf(&text, "%s%s", head, rows[i].text);
		subject = judge_text(buf_text(&text), &request, &host, &survey);
		if (subject->verdict != rows[i].verdict ||
			subject->outlook != rows[i].outlook)
			fail_msg("verdict %d, outlook %s: %s", (int)subject->verdict,
				outlook_name(subject->outlook), buf_text(&text));
	}
}

/* By its name alone, and mounted: where nothing shows that no production runs on it. */
static void test_mounted_by_name_alone(void **state)
{
	static const char *const all[] = {"*/*"}, *const places[] = {"/mnt/backup*"};
	static const char lvs[] = "# lvs\n  LV VG Attr LSize Pool Origin Data%\n"
				  "  s g swi-aos--- 1g d 1.00\n";
	static const struct {
		const char *origin; /* its row of lvs */
		const char *mount;
		enum outlook outlook;
	} rows[] = {
		{"", "# mount\n/dev/mapper/g-s on /data type ext4 (rw,relatime)\n",
			OUTLOOK_OPEN},
		{"", "# mount\n/dev/mapper/g-s on /data type ext4 (ro)\n",
			OUTLOOK_REMOVE},
		{"", "# cat /proc/mounts\n/dev/mapper/g-s /data ext4 rw,relatime 0 0\n",
			OUTLOOK_OPEN},
		{"", "# cat /proc/mounts\n/dev/mapper/g-s /data ext4 ro 0 0\n",
			OUTLOOK_REMOVE},
		{"", "TARGET SOURCE FSTYPE OPTIONS\n/data /dev/mapper/g-s ext4 ro,x\n",
			OUTLOOK_REMOVE},
		{"", "TARGET SOURCE FSTYPE OPTIONS\n/data /dev/mapper/g-s ext4 rw,x\n",
			OUTLOOK_OPEN},
		{"",
			"# cat /proc/1/mountinfo\n36 25 253:4 / /data ro - ext4 "
			"/dev/mapper/g-s rw\n",
			OUTLOOK_OPEN},
		{"",
			"# cat /proc/1/mountinfo\n36 25 253:4 / /data ro - ext4 "
			"/dev/mapper/g-s ro\n",
			OUTLOOK_REMOVE},
		{"",
			"Filesystem 1K-blocks Used Available Use% Mounted on\n"
			"/dev/mapper/g-s 1000 4 996 1% /data\n",
			OUTLOOK_OPEN},
		{"",
			"Filesystem 1K-blocks Used Available Use% Mounted on\n"
			"/dev/mapper/g-s 1000 4 996 1% /mnt/backup1\n",
			OUTLOOK_REMOVE},
		{"  d g owi-a-s--- 5g\n",
			"# mount\n/dev/mapper/g-s on /data type ext4 (rw,relatime)\n",
			OUTLOOK_KEEP},
		{"  d g owi-a-s--- 5g\n",
			"Filesystem 1K-blocks Used Available Use% Mounted on\n"
			"/dev/mapper/g-s 1000 4 996 1% /data\n",
			OUTLOOK_OPEN},
		{"  d g owi-aos--- 5g\n",
			"# mount\n/dev/mapper/g-s on /data type ext4 (rw,relatime)\n",
			OUTLOOK_REMOVE},
		{"  d g owi-aos--- 5g\n",
			"# mount\n/dev/mapper/g-s on /data type ext4 (ro)\n"
			"/dev/mapper/g-s on /else type ext4 (rw)\n",
			OUTLOOK_REMOVE},
		{"",
			"# mount\n/dev/mapper/g-s on /data type ext4 (ro)\n"
			"/dev/mapper/g-s on /else type ext4 (rw)\n",
			OUTLOOK_OPEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;
		cleanup_survey struct survey survey = {0};
		struct request request = {.select = (const char **)all,
			.n_select = 1,
			.select_mounts = places,
			.n_select_mounts = 1};
		const struct subject *subject;

		buf_printf(&text, "%s%s%s", lvs, rows[i].origin, rows[i].mount);
		subject = judge_text(buf_text(&text), &request, &host, &survey);
		if (subject->outlook != rows[i].outlook)
			fail_msg("outlook %s: %s", outlook_name(subject->outlook),
				buf_text(&text));
		if (subject->outlook == OUTLOOK_OPEN)
			assert_true(subject_asks(subject) & WANTS(MOUNTS));
	}
}

/* Two outputs that give one number to two mappings are of two moments: joined by neither.
 */
static void test_a_number_of_two_moments(void **state)
{
	cleanup_host struct host *host =
		import_text("# dmsetup ls\ng-a (253:4)\n# lsblk\n"
			    "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\n"
			    "g-b 253:4 0 1G 0 lvm\n# cat /proc/1/mountinfo\n"
			    "36 25 253:4 / /mnt rw - ext4 none rw\n");

	(void)state;
	assert_shown(host, "g/a", SHOWN_NUMBER, "253:4");
	assert_shown(host, "g/b", SHOWN_NUMBER, "253:4");
	assert_null(shown_find(host, "g/a", SHOWN_MOUNTED));
	assert_null(shown_find(host, "g/b", SHOWN_MOUNTED));
}

static void assert_same_document(
	const struct host *a, const struct host *b, const char *name)
{
	const struct document *of_a = host_document(a, name),
			      *of_b = host_document(b, name);

	assert_non_null(of_a);
	assert_non_null(of_b);
	assert_string_equal(of_a->bytes, of_b->bytes);
}

/* A fixture's capture is what its ticket gives. */
static void check_ticket(const char *folder)
{
	cleanup_host struct host *host = NULL, *recorded = NULL;
	cleanup_buf struct buf bytes = BUF_INIT, path = BUF_INIT, ticket = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&ticket, "%s/ticket.txt", folder);
	buf_printf(&path, "%s/capture.snapstate.tar.gz", folder);
	host = import(ticket.data);
	if (file_read_at(AT_FDCWD, path.data, 1 << 20, &bytes, &err) < 0 ||
		record_read(bytes.data, bytes.len, "capture", &recorded, &err) < 0)
		fail_msg("%s", err.msg);
	assert_same_shown(host, recorded);
	assert_same_document(host, recorded, IMPORT_DOCUMENT);
	assert_same_document(host, recorded, SHOWN_DOCUMENT);
	assert_int_equal(host->n_devices, recorded->n_devices);
}

static void test_fixtures_of_tickets(void **state)
{
	(void)state;
	check_ticket(FIXTURES "/ticket-pasted");
	check_ticket(FIXTURES "/ticket-hazard");
}

/* ---- whole outputs ---- */

#define VG_ID	    "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa"
#define VG_ID_PLAIN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define O_ID	    "dddddd-dddd-dddd-dddd-dddd-dddd-dddddd"
#define O_ID_PLAIN  "dddddddddddddddddddddddddddddddd"
#define INFO                                                                             \
	"h:~# dmsetup info -c\n"                                                         \
	"Name  Maj Min Stat Open Targ Event  UUID\n"                                     \
	"v-o   253   0 L--w    0    1      0 LVM-" VG_ID_PLAIN O_ID_PLAIN "\n"           \
	"v-s   253   3 L--w    0    1      0 LVM-" VG_ID_PLAIN                           \
	"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"
#define TABLE                                                                            \
	"h:~# dmsetup table\n"                                                           \
	"v-o: 0 32 linear 8:16 2048\n"                                                   \
	"v-s: 0 16 linear 8:16 2080\n"
#define BACKUP                                                                           \
	"h:~# cat /etc/lvm/backup/v\n"                                                   \
	"# Generated by LVM2 version 2.03.16\n"                                          \
	"v {\nid = \"" VG_ID "\"\nseqno = 4\n"                                           \
	"status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nextent_size = 8\n"              \
	"physical_volumes {\npv0 {\nid = \"cccccc-cccc-cccc-cccc-cccc-cccc-cccccc\"\n"   \
	"device = \"/dev/sdb\"\npe_start = 2048\npe_count = 99\n}\n}\n"                  \
	"logical_volumes {\no {\nid = \"" O_ID "\"\n"                                    \
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = 1\n"               \
	"segment1 {\nstart_extent = 0\nextent_count = 4\ntype = \"striped\"\n"           \
	"stripe_count = 1\nstripes = [\n\"pv0\", 0\n]\n}\n}\n}\n}\n"
#define LVS(extent)                                                                      \
	"h:~# lvs -a -o +devices\n"                                                      \
	"  LV   VG Attr       LSize  Pool Origin Data%  Meta%  Move Log Cpy%Sync "       \
	"Convert Devices\n"                                                              \
	"  o    v  -wi-a----- 16.00k                                             "       \
	"        /dev/sdb(" extent ")\n"
#define VG_DOCUMENT "lvm/" VG_ID_PLAIN ".vg"

static void test_outputs_are_read_as_files(void **state)
{
	cleanup_host struct host *host = import_text(INFO TABLE BACKUP LVS("0"));
	cleanup_buf struct buf archive = BUF_INIT;
	cleanup_host struct host *again = NULL;

	(void)state;
	assert_source(host, "dm", OUTCOME_READ, "ticket, line 1, ticket, line 5");
	assert_int_equal(host->n_devices, 2);
	assert_source(host, VG_DOCUMENT, OUTCOME_READ, "shows the same volumes");
	again = through_archive(host, &archive);
	/* by the table of what is on it */
	assert_int_equal(again->n_pvs, 1);
	assert_true(devno_is_equal(again->pvs[0].devno, (struct devno){8, 16}));
	assert_true(judge(host));
}

/* A backup may be older: another extent, and it is not today's. */
static void test_a_backup_needs_a_witness(void **state)
{
	cleanup_host struct host *without = import_text(INFO TABLE BACKUP);
	cleanup_host struct host *other = import_text(INFO TABLE BACKUP LVS("4"));
	cleanup_host struct host *more =
		import_text(INFO TABLE BACKUP LVS("0") "  new  v  -wi-a----- 4.00k\n");

	(void)state;
	assert_source(without, VG_DOCUMENT, OUTCOME_UNSUPPORTED, "backup file");
	assert_source(other, VG_DOCUMENT, OUTCOME_UNSUPPORTED, "backup file");
	assert_source(more, VG_DOCUMENT, OUTCOME_UNSUPPORTED, "backup file");
}

static void test_outputs_of_two_moments_are_not_joined(void **state)
{
	static const struct file days[] = {
		{"monday.txt", INFO TABLE BACKUP}, {"tuesday.txt", INFO TABLE}, {0}};
	static const struct file parts[] = {
		{"info.txt", INFO}, {"tables.txt", TABLE}, {0}};
	cleanup_host struct host *changed =
		import_text(INFO "h:~# lvremove -y v/s\n" TABLE);
	cleanup_host struct host *same = import_text(INFO "h:~# date\n" TABLE);
	cleanup_host struct host *cut = import_text(
		"h:~# dmsetup info -c | grep v-\n"
		"v-o   253   0 L--w    0    1      0 LVM-" VG_ID_PLAIN O_ID_PLAIN
		"\n" TABLE);
	cleanup_host struct host *both = import_files(days, 3);
	cleanup_host struct host *apart = import_files(parts, 3);

	(void)state;
	assert_int_equal(changed->n_devices, 0);
	assert_int_equal(same->n_devices, 2);
	assert_int_equal(cut->n_devices, 0);
	assert_int_equal(both->n_devices, 0);
	assert_int_equal(apart->n_devices, 0);
}

static void test_info_of_paragraphs(void **state)
{
	cleanup_host struct host *host =
		import_text("h:~# dmsetup info\n"
			    "Name:              v-s\n"
			    "State:             SUSPENDED (READ-ONLY)\n"
			    "Read Ahead:        256\n"
			    "Tables present:    LIVE & INACTIVE\n"
			    "Open count:        2\n"
			    "Event number:      0\n"
			    "Major, minor:      253, 3\n"
			    "Number of targets: 1\n"
			    "UUID: LVM-x\n"
			    "\n"
			    "h:~# dmsetup table\n"
			    "v-s: 0 16 linear 8:16 2080\n");

	(void)state;
	assert_int_equal(host->n_devices, 1);
	assert_int_equal(host->devices[0].flags,
		DEVICE_SUSPENDED | DEVICE_READ_ONLY | DEVICE_HAS_INACTIVE);
	assert_int_equal(host->devices[0].open_count, 2);
	assert_string_equal(host->devices[0].uuid, "LVM-x");
}

/* An answer that somebody points to, and one below another command's errors. */
static void test_rows_below_messages(void **state)
{
	cleanup_host struct host *host = import_text(
		"h:~# lvchange -an /dev/v/s\n"
		"  Logical volume v/s contains a filesystem in use.\n"
		"\n"
		"This is what I found:\n"
		"\n"
		"-> v-s   253   3 L--w    2    1      0 LVM-" VG_ID_PLAIN O_ID_PLAIN
		"\n");

	(void)state;
	assert_shown(host, "v/s", SHOWN_NUMBER, "253:3");
	assert_shown(host, "v/s", SHOWN_OPEN, "2");
}

static void test_who_and_when(void **state)
{
	cleanup_host struct host *host = import_text(
		"h:~# date\nMon Nov 30 10:00:00 UTC 2026\n"
		"h:~# cat /etc/machine-id\n0123456789abcdef0123456789abcdef\n"
		"h:~# uname -a\nLinux hv7 6.1.0 #1 SMP x86_64 GNU/Linux\n" LVS("0"));
	cleanup_host struct host *other =
		import_text("h:~# date\nMon Nov 30 10:00:00 CET 2026\n" LVS("0"));

	(void)state;
	assert_int_equal(host->identity.taken, 1796032800);
	assert_string_equal(host->identity.node, "hv7");
	assert_string_equal(
		host->identity.machine_id, "0123456789abcdef0123456789abcdef");
	/* of another zone the time is not known */
	assert_int_equal(other->identity.taken, 0);
}

/* Of a capture of our own that lies beside them nothing is taken for an output. */
static void test_captures_are_left_out(void **state)
{
	static const struct file files[] = {{"x/FORMAT", "snapstate-capture 1\n"},
		{"x/lvm/report.json", "{}\n"}, {"ticket.txt", INFO TABLE}, {0}};
	static const struct file alone[] = {{"x/FORMAT", "snapstate-capture 1\n"},
		{"x/lvm/report.json", "{}\n"}, {0}};
	static const struct file others[] = {
		{"x/FORMAT", "of another program\n"}, {"ticket.txt", INFO TABLE}, {0}};
	cleanup_host struct host *host = import_files(files, 4);
	cleanup_host struct host *other = import_files(others, 3);
	cleanup_folder char *folder = folder_new();

	(void)state;
	assert_int_equal(host->n_devices, 2);
	assert_recorded(host, "x: is a capture, not read");
	assert_int_equal(other->n_devices, 2);
	files_put(folder, alone, 3);
	assert_refused(folder, "is a capture already");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_output_alone),
		cmocka_unit_test(test_outputs_are_read_as_files),
		cmocka_unit_test(test_a_backup_needs_a_witness),
		cmocka_unit_test(test_outputs_of_two_moments_are_not_joined),
		cmocka_unit_test(test_info_of_paragraphs),
		cmocka_unit_test(test_captures_are_left_out),
		cmocka_unit_test(test_rows_below_messages),
		cmocka_unit_test(test_who_and_when),
		cmocka_unit_test(test_several_hosts),
		cmocka_unit_test(test_cut_name_of_a_hypervisor),
		cmocka_unit_test(test_pasted_session),
		cmocka_unit_test(test_ways_of_a_text),
		cmocka_unit_test(test_marks_of_logs_stay),
		cmocka_unit_test(test_fences_and_a_cut_end),
		cmocka_unit_test(test_an_odd_line_costs_itself),
		cmocka_unit_test(test_cut_off_is_unknown),
		cmocka_unit_test(test_wrapped_is_joined),
		cmocka_unit_test(test_wrapped_by_a_mail),
		cmocka_unit_test(test_uuids_are_whole),
		cmocka_unit_test(test_names_of_others),
		cmocka_unit_test(test_strange_names_of_volumes),
		cmocka_unit_test(test_arguments_are_no_use),
		cmocka_unit_test(test_prose_is_no_message),
		cmocka_unit_test(test_unlisted),
		cmocka_unit_test(test_what_is_all),
		cmocka_unit_test(test_quoted_printable),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_a_text_alone),
		cmocka_unit_test(test_named_is_never_removed),
		cmocka_unit_test(test_lvs_alone),
		cmocka_unit_test(test_numbers_of_the_model),
		cmocka_unit_test(test_many_open_files),
		cmocka_unit_test(test_rows_of_one_process),
		cmocka_unit_test(test_disks_seen_twice),
		cmocka_unit_test(test_swap_on_a_file_is_asked_for),
		cmocka_unit_test(test_use_by_mount_point),
		cmocka_unit_test(test_mounted_by_name_alone),
		cmocka_unit_test(test_a_number_of_two_moments),
		cmocka_unit_test(test_fixtures_of_tickets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

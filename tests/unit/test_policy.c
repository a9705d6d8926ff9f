/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies: the reader with each of its errors and limits, every file that is shipped,
 * which rule selects what, and what becomes of a rule in the plan and in the proof.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"

/* ---- the reader ---- */

static int read_text(const char *text, struct policy *policy, struct err *err)
{
	return policy_read(text, strlen(text), "p", policy, err);
}

static void must_read(const char *text, struct policy *policy)
{
	struct err err = ERR_INIT;

	if (read_text(text, policy, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_reads_rules(void **state)
{
	cleanup_policy struct policy policy = {0};
	const struct policy_rule *rules;

	(void)state;
	must_read("# a comment\n"
		  "\n"
		  "rule nightly\n"
		  "\tselect vg0/snap-*\n"
		  "  select \t vg?/old \n"
		  "\tmin-age 30m\n"
		  "\ttag backup\n"
		  "\ttag host:#1\n"
		  "rule other.rule_2\n"
		  "select */x\n"
		  "mount /mnt/backup-*\n"
		  "\tmount\t/var/tmp/?\n",
		&policy);
	policy_set_age(&policy, 77);
	rules = policy.rules;
	assert_int_equal(policy.n_rules, 2);
	assert_string_equal(rules[0].name, "nightly");
	assert_int_equal(rules[0].n_globs, 2);
	assert_string_equal(rules[0].globs[0], "vg0/snap-*");
	assert_string_equal(rules[0].globs[1], "vg?/old");
	assert_int_equal(rules[0].min_age, 1800);
	assert_string_equal(rules[0].tags, "backup,host:#1");
	assert_string_equal(rules[1].name, "other.rule_2");
	assert_int_equal(rules[1].min_age, 77);
	assert_null(rules[1].tags);
	assert_int_equal(rules[0].n_mounts, 0);
	assert_int_equal(rules[1].n_mounts, 2);
	assert_string_equal(rules[1].mounts[0], "/mnt/backup-*");
	assert_string_equal(rules[1].mounts[1], "/var/tmp/?");
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "p:1: no rule in the whole file"},
		{"# only words\n\n", "p:3: no rule in the whole file"},
		{"rule a", "p:1: the last line has no newline"},
		{"rule a\nselect v/l\nmin-age 7", "p:3: the last line has no newline"},
		{"rule a\n", "p:2: rule a ends without a select"},
		{"rule a\ntag t\nrule b\n", "p:3: rule a ends without a select"},
		{"rule\n", "p:1: \"rule\" lacks its value"},
		{"rule a b\n", "p:1: \"rule\" needs one value"},
		{"rule -a\n", "p:1: a rule's name is at most 64"},
		{"rule a/b\n", "p:1: a rule's name is at most 64"},
		{"rule a\nselect v/l\nrule a\n", "p:3: a second rule a"},
		{"select v/l\n", "p:1: expected \"rule NAME\" before \"select\""},
		{"rule a\nselect vl\n", "p:2: select takes VG/LV"},
		{"rule a\nselect /l\n", "p:2: select takes VG/LV"},
		{"rule a\nselect v/\n", "p:2: select takes VG/LV"},
		{"rule a\nselect v/l/m\n", "p:2: select takes VG/LV"},
		{"rule a\nselect v/[ab]\n", "p:2: select takes VG/LV"},
		{"rule a\nselect v/l # why\n", "p:2: \"select\" needs one value"},
		{"rule a\nselect v/l\nmin-age\n", "p:3: \"min-age\" lacks its value"},
		{"rule a\nselect v/l\nmin-age 1w\n", "p:3: min-age takes a number"},
		{"rule a\nselect v/l\nmin-age -1\n", "p:3: min-age takes a number"},
		{"rule a\nselect v/l\nmin-age 4294967296\n",
			"p:3: min-age takes a number"},
		{"rule a\nselect v/l\nmin-age 1h\nmin-age 1h\n", "p:4: a second min-age"},
		{"rule a\nselect v/l\ntag @x\n", "p:3: a tag is written without the @"},
		{"rule a\nselect v/l\ntag -x\n", "p:3: not what LVM takes as a tag"},
		{"rule a\nselect v/l\ntag x,y\n", "p:3: not what LVM takes as a tag"},
		{"rule a\nselect v/l\nmount mnt/x\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt/\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt//x\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt/../x\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt/.\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt/[ab]\n", "p:3: mount takes an absolute"},
		{"rule a\nselect v/l\nmount /mnt/a b\n",
			"p:3: \"mount\" needs one value"},
		{"mount /mnt/x\n", "p:1: expected \"rule NAME\" before \"mount\""},
		{"rule a\nselect v/l\nmax-age 1h\n", "p:3: unknown word \"max-age\""},
		{"Rule a\n", "p:1: expected \"rule NAME\""},
		{"rule a\r\n", "p:1: a carriage return"},
		{"rule a\nselect v/\x1b[0m\n", "p:2: byte 0x1b"},
		{"rule \xc3\xa4\n", "p:1: byte 0xc3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_policy struct policy policy = {0};
		struct err err = ERR_INIT;

		if (read_text(rows[i].text, &policy, &err) != -EBADMSG ||
			strncmp(err.msg, rows[i].message, strlen(rows[i].message)) != 0)
			fail_msg("row %zu: %s, not %s", i, err.msg, rows[i].message);
		assert_int_equal(policy.n_rules, 0);
	}
}

static void test_refuses_nul(void **state)
{
	cleanup_policy struct policy policy = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(policy_read("rule a\n\0", 8, "p", &policy, &err), -EBADMSG);
	assert_string_equal(err.msg, "p:2: byte 0x00: a policy is printable ASCII");
}

/* `count` times a line, which may hold a %zu, behind `head`. */
static char *many(const char *head, const char *line, size_t count, const char *tail)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, head);
	for (size_t i = 0; i < count; i++) {
		const char *number = strchr(line, '#');

		if (number)
			buf_printf(&text, "%.*s%zu%s", (int)(number - line), line, i,
				number + 1);
		else
			buf_puts(&text, line);
	}
	buf_puts(&text, tail);
	return text.data;
}

static void test_limits(void **state)
{
	static const struct {
		const char *head, *line, *tail;
		size_t max;
		const char *message;
	} rows[] = {
		{"", "rule r#\nselect v/l\n", "", POLICY_RULES_MAX, "at most 64 rules"},
		{"rule a\n", "select v/l#\n", "", POLICY_GLOBS_MAX, "at most 32 globs"},
		{"rule a\nselect v/l\n", "tag t#\n", "", POLICY_TAGS_MAX,
			"at most 16 tags"},
		{"rule a\nselect v/l\n", "mount /m#\n", "", POLICY_MOUNTS_MAX,
			"at most 16 mounts"},
		{"rule a\nselect v/l\nmount /", "m", "\n", POLICY_PATH_MAX - 1,
			"at most 1023 bytes"},
		{"rule ", "a", "\nselect v/l\n", POLICY_NAME_MAX, "at most 64"},
		{"rule a\nselect v/", "l", "\n", POLICY_GLOB_MAX - 2,
			"at most 255 bytes"},
		{"rule a\nselect v/l\ntag ", "t", "\n", POLICY_TAG_MAX,
			"not what LVM takes"},
		{"rule a\nselect v/l\n#", "x", "\n", POLICY_LINE_MAX - 1,
			"at most 2048 bytes"},
		{"rule a\nselect v/l\n", "\n", "", POLICY_BYTES_MAX - 18,
			"at most 262144 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_policy struct policy policy = {0}, none = {0};
		cleanup_free char *full =
			many(rows[i].head, rows[i].line, rows[i].max, rows[i].tail);
		cleanup_free char *over =
			many(rows[i].head, rows[i].line, rows[i].max + 1, rows[i].tail);
		struct err err = ERR_INIT;

		must_read(full, &policy);
		assert_int_equal(read_text(over, &none, &err), -EBADMSG);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void test_several_files(void **state)
{
	cleanup_policy struct policy policy = {0};
	cleanup_free char *rest = many("", "rule r#\nselect v/l\n", 63, "");
	struct err err = ERR_INIT;

	(void)state;
	must_read("rule a\nselect v/l\n", &policy);
	assert_int_equal(
		read_text("rule b\nselect v/l\nrule a\n", &policy, &err), -EBADMSG);
	assert_string_equal(err.msg, "p:3: a second rule a");
	assert_int_equal(policy.n_rules, 1); /* nothing of the second file */
	must_read(rest, &policy);
	assert_int_equal(
		read_text("rule one-more\nselect v/l\n", &policy, &err), -EBADMSG);
	assert_int_equal(policy.n_rules, POLICY_RULES_MAX);
}

/* ---- what is shipped ---- */

static void read_shipped(const char *name, struct policy *policy)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[512];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), POLICIES "/%s", name);
	if (file_read_at(AT_FDCWD, path, POLICY_BYTES_MAX, &text, &err) < 0 ||
		policy_read(buf_text(&text), text.len, name, policy, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_shipped(void **state)
{
	cleanup_policy struct policy all = {0};
	cleanup_closedir DIR *folder = opendir(POLICIES);
	const struct dirent *entry;
	size_t files = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || strcmp(suffix, ".policy") != 0)
			continue;
		read_shipped(entry->d_name, &all);
		files++;
	}
	assert_true(files >= 7);
	for (size_t i = 0; i < all.n_rules; i++) {
		assert_true(all.rules[i].has_min_age);
		assert_true(all.rules[i].min_age >= MIN_AGE_DEFAULT);
	}
}

static void test_onapp_is_the_default(void **state)
{
	cleanup_policy struct policy policy = {0};

	(void)state;
	read_shipped("onapp.policy", &policy);
	assert_int_equal(policy.n_rules, 1);
	assert_int_equal(policy.rules[0].n_globs, 1);
	assert_string_equal(policy.rules[0].globs[0], SELECT_DEFAULT);
	assert_int_equal(policy.rules[0].min_age, MIN_AGE_DEFAULT);
	assert_null(policy.rules[0].tags);
	assert_int_equal(policy.rules[0].n_mounts, SELECT_DEFAULT_MOUNTS);
	for (size_t i = 0; i < SELECT_DEFAULT_MOUNTS; i++)
		assert_string_equal(policy.rules[0].mounts[i], select_default_mounts[i]);
}

/* Names as their makers give them, and names of other people's snapshots. */
static void test_shipped_names(void **state)
{
	static const struct {
		const char *file, *label;
		bool is_selected;
	} rows[] = {
		{"proxmox.policy", "pve/vzsnap-node1-0", true},
		{"proxmox.policy", "pve/snap_vm-100-disk-0_before-upgrade", false},
		{"cinder.policy", "cinder-volumes/clone-snap-8d1e", true},
		{"cinder.policy", "cinder-volumes/_snapshot-8d1e", false},
		{"ganeti.policy", "xenvg/8d1e-11.disk0.snap", true},
		{"ganeti.policy", "xenvg/8d1e-11.disk0_data.snap", true},
		{"ganeti.policy", "xenvg/8d1e-11.disk0", false},
		{"rsnapshot.policy", "vg0/rsnapshot", true},
		{"rsnapshot.policy", "vg0/rsnapshot2", false},
		{"mysql.policy", "mysql/data_snapshot", true},
		{"tagged.policy", "vg0/anything", false}, /* it wants a tag */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_policy struct policy policy = {0};
		const struct policy_rule *rule = NULL;
		struct request request = {0};

		read_shipped(rows[i].file, &policy);
		request.rules = policy.rules;
		request.n_rules = policy.n_rules;
		if (request_selects(&request, rows[i].label, "", &rule) !=
			rows[i].is_selected)
			fail_msg("%s: %s", rows[i].file, rows[i].label);
	}
}

/* ---- selection ---- */

static const char rules_of_order[] = "rule first\n"
				     "select vg/snap*\n"
				     "min-age 10s\n"
				     "tag keep\n"
				     "tag a\n"
				     "rule second\n"
				     "select vg/snap*\n"
				     "min-age 20s\n"
				     "rule third\n"
				     "select */snapshot\n"
				     "select */late\n"
				     "min-age 30s\n";

static void test_first_match(void **state)
{
	static const struct {
		const char *label, *tags, *rule;
	} rows[] = {
		{"vg/snapshot", "a,keep", "first"},
		{"vg/snapshot", "x,keep,a,y", "first"},
		{"vg/snapshot", "keep", "second"},
		{"vg/snapshot", "keepa", "second"},
		{"vg/snapshot", "a,keep2", "second"},
		{"vg/snapshot", "", "second"},
		{"vg/snapshot", NULL, "second"},
		{"other/snapshot", "a,keep", "third"},
		{"vg/late", NULL, "third"},
		{"vg/late/x", NULL, NULL},
		{"vg/other", "a,keep", NULL},
		{"vg/asked", "a,keep", "--select"},
	};
	cleanup_policy struct policy policy = {0};
	const char *select[] = {"vg/as?ed"};

	(void)state;
	must_read(rules_of_order, &policy);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_rule *rule = NULL;
		struct request request = {.select = select,
			.n_select = 1,
			.rules = policy.rules,
			.n_rules = policy.n_rules};
		bool is = request_selects(&request, rows[i].label, rows[i].tags, &rule);
		const char *found = !is ? NULL : rule ? rule->name : "--select";

		if (is != (rows[i].rule != NULL) ||
			(is && strcmp(found, rows[i].rule) != 0))
			fail_msg("row %zu: %s", i, found ? found : "nothing");
	}
}

/* A mapping without LVM's uuid: its name may be that of a volume, and it has no tags. */
static void test_names_of_mappings(void **state)
{
	cleanup_policy struct policy policy = {0};
	const struct policy_rule *rule = NULL;
	struct request request = {0};

	(void)state;
	must_read("rule tagged\nselect vg-a/snap-*\ntag t\n"
		  "rule named\nselect vg-a/old-*\n",
		&policy);
	request.rules = policy.rules;
	request.n_rules = policy.n_rules;
	assert_false(request_selects_name(&request, "snap-1X1", &rule));
	assert_false(request_selects_name(&request, "vg--a-snap--1X1", &rule));
	assert_true(request_selects_name(&request, "old-1X1", &rule));
	assert_string_equal(rule->name, "named");
	assert_true(request_selects_name(&request, "vg--a-old--1X1", &rule));
	assert_false(request_selects_name(&request, "vg--b-old--1X1", &rule));
}

/* ---- a plan by rules ---- */

struct trial {
	struct host *host;
	struct policy policy;
	struct survey survey;
	struct request request;
	struct plan *plan; /* as read back */
};

static void trial_make(struct trial *trial, const char *rules)
{
	cleanup_with(plan_free_fn) struct plan *plan = plan_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	must_read(rules, &trial->policy);
	policy_set_age(&trial->policy, 3600);
	trial->request = (struct request){
		.rules = trial->policy.rules, .n_rules = trial->policy.n_rules};
	survey_collect(trial->host, &trial->request, &trial->survey);
	classify_survey(&trial->survey);
	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	for (size_t i = 0; i < trial->policy.n_rules; i++)
		policy_rule_copy(
			&trial->policy.rules[i], array_add(&plan->rules, &plan->n_rules));
	if (order_survey(&trial->survey, plan, &err) < 0)
		fail_msg("%s", err.msg);
	plan_write(plan, &text);
	if (plan_read(buf_text(&text), text.len, "plan", &trial->plan, &err) < 0)
		fail_msg("%s", err.msg);
}

static void trial_free(struct trial *trial)
{
	plan_free(trial->plan);
	survey_free(&trial->survey);
	policy_free(&trial->policy);
	host_free(trial->host);
}
#define cleanup_trial cleanup_with(trial_free)

static void assert_proven(const struct trial *trial)
{
	struct err err = ERR_INIT;

	if (prove_plan(trial->host, trial->plan, &err) < 0)
		fail_msg("%s", err.msg);
}

static void assert_not_proven(const struct trial *trial, const char *message)
{
	struct err err = ERR_INIT;

	assert_int_equal(prove_plan(trial->host, trial->plan, &err), -EPERM);
	if (!strstr(err.msg, message))
		fail_msg("%s", err.msg);
}

/* The snapshot of the sample host; its age is that of its creation time. */
static struct lv *sample_lv(struct host *host)
{
	return host_lv(host, SAMPLE_VG, SAMPLE_SNAP);
}

#define RULE_TAGGED "rule tagged\nselect onapp-*/*\ntag backup\ntag daily\n"
#define TAG_FACT    "tag " SAMPLE_VG "/" SAMPLE_SNAP " "

static void test_plan_by_tags(void **state)
{
	cleanup_trial struct trial trial = {.host = sample_host()};
	const struct plan_step *last;

	(void)state;
	sample_lv(trial.host)->tags = "daily,other,backup";
	trial_make(&trial, RULE_TAGGED);
	assert_int_equal(trial.survey.subjects[0].verdict, VERDICT_REMOVE);
	assert_string_equal(trial.survey.subjects[0].rule->name, "tagged");
	assert_proven(&trial);
	/* what the rule relied on is expected, and goes with the volume; no other tag */
	last = &trial.plan->steps[trial.plan->n_steps - 1];
	assert_true(facts_has(&trial.plan->expect, TAG_FACT "backup"));
	assert_true(facts_has(&trial.plan->expect, TAG_FACT "daily"));
	assert_false(facts_has(&trial.plan->expect, TAG_FACT "other"));
	assert_true(facts_has(&last->gone, TAG_FACT "backup"));
	assert_true(facts_has(&last->gone, TAG_FACT "daily"));
	assert_string_equal(
		last->reasons[0], "onapp-aaaa/backup-dddd: selected by rule tagged");
	/* the same plan against a host where somebody took one tag away */
	sample_lv(trial.host)->tags = "backup,other";
	assert_not_proven(&trial, "the plan expects what the capture does not show");
}

static void test_plan_without_its_tag(void **state)
{
	cleanup_trial struct trial trial = {.host = sample_host()};

	(void)state;
	sample_lv(trial.host)->tags = "daily";
	trial_make(&trial, RULE_TAGGED);
	assert_int_equal(trial.plan->n_steps, 0);
	assert_false(trial.survey.subjects[0].is_selected);
	assert_int_equal(trial.survey.subjects[0].decisive, RULE_NOT_SELECTED);
}

static void test_age_of_the_rule(void **state)
{
	cleanup_trial struct trial old = {.host = sample_host()};
	cleanup_trial struct trial young = {.host = sample_host()};
	int64_t age = SAMPLE_TAKEN - sample_lv(old.host)->created;
	char rules[128];

	(void)state;
	snprintf(rules, sizeof(rules), "rule r\nselect onapp-*/*\nmin-age %llds\n",
		(long long)age);
	trial_make(&old, rules);
	assert_int_equal(old.survey.subjects[0].verdict, VERDICT_REMOVE);
	assert_proven(&old);
	snprintf(rules, sizeof(rules),
		"rule r\nselect onapp-*/*\nmin-age %llds\nrule s\nselect */*\nmin-age "
		"0\n",
		(long long)age + 1);
	trial_make(&young, rules); /* the first match gives the age */
	assert_int_equal(young.survey.subjects[0].decisive, RULE_TOO_YOUNG);
	assert_int_equal(young.plan->n_steps, 0);
}

static void test_stale_has_no_tags(void **state)
{
	cleanup_trial struct trial tagged = {.host = sample_host_idle()};
	cleanup_trial struct trial named = {.host = sample_host_idle()};

	(void)state;
	sample_make_stale(tagged.host);
	trial_make(&tagged, RULE_TAGGED);
	assert_int_equal(tagged.plan->n_steps, 0);
	assert_int_equal(tagged.survey.subjects[0].decisive, RULE_NOT_SELECTED);
	sample_make_stale(named.host);
	trial_make(&named, "rule r\nselect onapp-*/backup-*\nmin-age 7d\n");
	assert_int_equal(named.survey.subjects[0].verdict, VERDICT_REMOVE);
	assert_proven(&named);
}

/* ---- the prover does not take the planner's word ---- */

static void rules_drop(struct plan *plan)
{
	policy_rules_free(plan->rules, plan->n_rules);
	plan->rules = NULL;
	plan->n_rules = 0;
}

static void set(char **string, const char *text)
{
	free(*string);
	*string = text ? xstrdup(text) : NULL;
}

static void glob_change(struct plan *plan)
{
	set(&plan->rules[0].globs[0], "onapp-?/backup-*");
}

static void glob_of_select(struct plan *plan)
{
	rules_drop(plan);
	*array_add(&plan->select, &plan->n_select) = xstrdup("onapp-*/*-d");
}

static void tags_add(struct plan *plan)
{
	set(&plan->rules[0].tags, "backup,dail");
}

static void age_change(struct plan *plan)
{
	plan->rules[0].min_age = UINT64_C(1) << 40;
}

static void earlier_rule(struct plan *plan)
{
	struct policy_rule *rule = array_add(&plan->rules, &plan->n_rules);
	struct policy_rule first;

	policy_rule_copy(&plan->rules[0], rule);
	set(&rule->name, "second");
	first = plan->rules[0];
	first.min_age = UINT64_C(1) << 40;
	plan->rules[0] = first;
}

static void facts_drop(struct plan *plan)
{
	set(&plan->rules[0].tags, "other");
}

/* The mapping, and no mount on it. */
static struct host *sample_host_unmounted(void)
{
	struct host *host = sample_host();

	host->n_mounts = 0;
	host->n_superblocks = 0;
	sample_device(host, 4)->open_count = 0;
	return host;
}

static void test_prover_checks_selection(void **state)
{
	static const struct {
		void (*change)(struct plan *plan);
		const char *message;
	} rows[] = {
		{rules_drop,
			"rule 1: onapp-aaaa/backup-dddd: no rule of the plan selects it"},
		{glob_change, "rule 1: onapp-aaaa/backup-dddd: no rule of the plan"},
		{glob_of_select, "rule 1: onapp-aaaa/backup-dddd: no rule of the plan"},
		{tags_add, "rule 1: onapp-aaaa/backup-dddd: no rule of the plan"},
		{age_change, "rule 3: backup-dddd: younger than the minimum age"},
		{earlier_rule, "rule 3: backup-dddd: younger than the minimum age"},
		{facts_drop, "is not among the plan's facts"},
	};

	/* each first step is refused on its own account */
	static const struct {
		struct host *(*make)(void);
		const char *step;
	} hosts[] = {{sample_host, "step 1 (umount)"},
		{sample_host_unmounted, "step 1 (dm-remove)"},
		{sample_host_idle, "step 1 (lv-remove)"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t h = 0; h < sizeof(hosts) / sizeof(hosts[0]); h++) {
			cleanup_trial struct trial trial = {.host = hosts[h].make()};

			sample_lv(trial.host)->tags = "backup,daily,other";
			trial_make(&trial, RULE_TAGGED);
			rows[i].change(trial.plan);
			assert_not_proven(&trial, rows[i].message);
			assert_not_proven(&trial, hosts[h].step);
		}
}

static void test_prover_checks_stale(void **state)
{
	cleanup_trial struct trial trial = {.host = sample_host()};
	char **tags;

	(void)state;
	sample_make_stale(trial.host);
	trial_make(&trial, "rule r\nselect onapp-*/backup-*\n");
	assert_true(trial.plan->n_steps > 0);
	assert_proven(&trial);
	tags = &trial.plan->rules[0].tags;
	set(tags, "backup");
	assert_not_proven(&trial, "no rule of the plan selects it");
	set(tags, NULL);
	set(&trial.plan->rules[0].globs[0], "onapp-*/backup-*x");
	assert_not_proven(&trial, "no rule of the plan selects it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_rules),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_refuses_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_several_files),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_onapp_is_the_default),
		cmocka_unit_test(test_shipped_names),
		cmocka_unit_test(test_first_match),
		cmocka_unit_test(test_names_of_mappings),
		cmocka_unit_test(test_plan_by_tags),
		cmocka_unit_test(test_plan_without_its_tag),
		cmocka_unit_test(test_age_of_the_rule),
		cmocka_unit_test(test_stale_has_no_tags),
		cmocka_unit_test(test_prover_checks_selection),
		cmocka_unit_test(test_prover_checks_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

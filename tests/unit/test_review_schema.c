/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planner/report/review.schema.json against every review.json of the fixtures. The check knows
 * the keywords that this schema uses, and fails on any other: the schema cannot say more
 * than is checked.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

#define FILE_BYTES_MAX (16u << 20)

static struct json_object *read_json(const char *path)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct json_object *object;
	struct err err = ERR_INIT;

	if (file_read_at(AT_FDCWD, path, FILE_BYTES_MAX, &text, &err) < 0)
		fail_msg("%s", err.msg);
	object = json_tokener_parse(buf_text(&text));
	if (!object)
		fail_msg("%s is no JSON", path);
	return object;
}

/* ---- keywords ---- */

static bool is_valid(struct json_object *schema, struct json_object *value);

static bool check_type(struct json_object *rule, struct json_object *value)
{
	static const struct {
		const char *name;
		enum json_type type;
	} types[] = {{"object", json_type_object}, {"array", json_type_array},
		{"string", json_type_string}, {"integer", json_type_int},
		{"boolean", json_type_boolean}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(json_object_get_string(rule), types[i].name) == 0)
			return json_object_is_type(value, types[i].type);
	fail_msg("type %s is not known", json_object_get_string(rule));
	return false;
}

static bool check_required(struct json_object *rule, struct json_object *value)
{
	for (size_t i = 0; i < json_object_array_length(rule); i++)
		if (!json_object_object_get_ex(value,
			    json_object_get_string(json_object_array_get_idx(rule, i)),
			    NULL))
			return false;
	return true;
}

static bool check_enum(struct json_object *rule, struct json_object *value)
{
	for (size_t i = 0; i < json_object_array_length(rule); i++)
		if (json_object_equal(json_object_array_get_idx(rule, i), value))
			return true;
	return false;
}

static bool check_items(struct json_object *rule, struct json_object *value)
{
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!is_valid(rule, json_object_array_get_idx(value, i)))
			return false;
	return true;
}

/* Members that the schema does not name are not allowed anywhere in it. */
static bool check_properties(struct json_object *rule, struct json_object *value)
{
	struct json_object_iterator at = json_object_iter_begin(value);
	struct json_object_iterator end = json_object_iter_end(value);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *member;

		if (!json_object_object_get_ex(
			    rule, json_object_iter_peek_name(&at), &member) ||
			!is_valid(member, json_object_iter_peek_value(&at)))
			return false;
	}
	return true;
}

static bool check_keyword(
	const char *keyword, struct json_object *rule, struct json_object *value)
{
	static const char *const words[] = {"$schema", "title", "description"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(keyword, words[i]) == 0)
			return true;
	if (strcmp(keyword, "type") == 0)
		return check_type(rule, value);
	if (strcmp(keyword, "required") == 0)
		return check_required(rule, value);
	if (strcmp(keyword, "enum") == 0)
		return check_enum(rule, value);
	if (strcmp(keyword, "const") == 0)
		return json_object_equal(rule, value);
	if (strcmp(keyword, "minimum") == 0)
		return json_object_get_int64(value) >= json_object_get_int64(rule);
	if (strcmp(keyword, "items") == 0)
		return check_items(rule, value);
	if (strcmp(keyword, "properties") == 0)
		return check_properties(rule, value);
	if (strcmp(keyword, "additionalProperties") == 0) {
		assert_false(json_object_get_boolean(rule));
		return true;
	}
	fail_msg("keyword %s is not known", keyword);
	return false;
}

/* `type` first: the others rely on it. */
static bool is_valid(struct json_object *schema, struct json_object *value)
{
	struct json_object_iterator at = json_object_iter_begin(schema);
	struct json_object_iterator end = json_object_iter_end(schema);
	struct json_object *type;

	if (json_object_object_get_ex(schema, "type", &type) && !check_type(type, value))
		return false;
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		if (!check_keyword(json_object_iter_peek_name(&at),
			    json_object_iter_peek_value(&at), value))
			return false;
	return true;
}

/* ---- tests ---- */

static void test_fixtures(void **state)
{
	struct json_object *schema = read_json(SCHEMA);
	cleanup_closedir DIR *folder = opendir(FIXTURES);
	size_t count = 0;

	(void)state;
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		cleanup_buf struct buf path = BUF_INIT;
		struct json_object *review;

		buf_printf(&path, FIXTURES "/%s/review.json", entry->d_name);
		if (access(buf_text(&path), F_OK) != 0)
			continue;
		review = read_json(buf_text(&path));
		if (!is_valid(schema, review))
			fail_msg("%s does not match its schema", buf_text(&path));
		json_object_put(review);
		count++;
	}
	assert_true(count >= 30 && count <= 10000);
	json_object_put(schema);
}

/* Of several hosts: the plans in order, and a review for each. */
static size_t check_hosts(struct json_object *schema, struct json_object *review_schema,
	const char *path)
{
	struct json_object *document = read_json(path), *hosts = NULL, *plans = NULL;
	size_t n_plans;

	if (!is_valid(schema, document))
		fail_msg("%s does not match its schema", path);
	assert_true(json_object_object_get_ex(document, "hosts", &hosts));
	assert_true(json_object_object_get_ex(document, "plans", &plans));
	n_plans = json_object_array_length(plans);
	assert_true(json_object_array_length(hosts) > 1);
	for (size_t i = 0; i < json_object_array_length(hosts); i++)
		if (!is_valid(review_schema, json_object_array_get_idx(hosts, i)))
			fail_msg("%s: host %zu does not match its schema", path, i);
	json_object_put(document);
	return n_plans;
}

static void test_several_hosts(void **state)
{
	static const struct {
		const char *path;
		size_t n_plans;
	} fixtures[] = {{FIXTURES "/two-hosts-active-twice/hosts.json", 2},
		{FIXTURES "/two-hosts-stale/hosts.json", 1},
		{FIXTURES "/two-hosts-elsewhere/hosts.json", 0}};
	struct json_object *schema = read_json(HOSTS_SCHEMA);
	struct json_object *review_schema = read_json(SCHEMA);

	(void)state;
	for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++)
		assert_int_equal(check_hosts(schema, review_schema, fixtures[i].path),
			fixtures[i].n_plans);
	assert_false(is_valid(schema, review_schema));
	json_object_put(schema);
	json_object_put(review_schema);
}

/* What must not pass. */
static void test_wrong_reviews(void **state)
{
	static const char host[] =
		"\"host\":{\"node\":\"a\",\"kernel\":\"b\",\"machine_id\":\"c\","
		"\"boot_id\":\"d\",\"taken\":1,\"not_read\":[]}";
	static const struct {
		const char *before, *after; /* the host */
		bool is_good;
	} cases[] = {
		{"{\"schema\":\"snapstate-plan 1\",", ",\"verdicts\":[],\"steps\":[]}",
			true},
		{"{\"schema\":\"snapstate-plan 2\",", ",\"verdicts\":[],\"steps\":[]}",
			false},
		{"{", ",\"verdicts\":[],\"steps\":[]}", false},
		{"{\"schema\":\"snapstate-plan 1\",", ",\"verdicts\":{},\"steps\":[]}",
			false},
		{"{\"schema\":\"snapstate-plan 1\",\"more\":1,",
			",\"verdicts\":[],\"steps\":[]}", false},
		{"{\"schema\":\"snapstate-plan 1\",",
			",\"verdicts\":[],\"steps\":[{\"n\":0,\"op\":\"umount\","
			"\"target\":\"a\",\"command\":\"b\"}]}",
			false},
		{"{\"schema\":\"snapstate-plan 1\",",
			",\"verdicts\":[],\"steps\":[{\"n\":1,\"op\":\"rm\","
			"\"target\":\"a\",\"command\":\"b\"}]}",
			false},
	};
	struct json_object *schema = read_json(SCHEMA);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct json_object *review;

		buf_printf(&text, "%s%s%s", cases[i].before, host, cases[i].after);
		review = json_tokener_parse(buf_text(&text));
		assert_non_null(review);
		if (is_valid(schema, review) != cases[i].is_good)
			fail_msg("case %zu: %s", i, buf_text(&text));
		json_object_put(review);
	}
	json_object_put(schema);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_several_hosts),
		cmocka_unit_test(test_wrong_reviews),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

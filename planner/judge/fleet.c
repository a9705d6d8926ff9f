/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a fleet: added, sorted, surveyed; see fleet.h. */
#include "fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

void fleet_add(struct fleet *fleet, const char *file,
	const char sha256[SHA256_HEX_LEN + 1], struct host *host)
{
	struct member *member = array_add(&fleet->members, &fleet->n_members);

	member->file = file;
	memcpy(member->sha256, sha256, sizeof(member->sha256));
	member->host = host;
}

void fleet_free(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_plans; i++) {
		struct member *member = &fleet->members[fleet->plans[i].member];

		if (member->whole == fleet->plans[i].plan)
			member->whole = NULL;
		plan_free(fleet->plans[i].plan);
		buf_free(&fleet->plans[i].text);
		free(fleet->plans[i].file);
	}
	free(fleet->plans);
	for (size_t i = 0; i < fleet->n_members; i++) {
		survey_free(&fleet->members[i].survey);
		plan_free(fleet->members[i].whole);
		host_free(fleet->members[i].host);
	}
	free(fleet->members);
	if (fleet->request)
		free(fleet->request->captures);
}

/* By what the hosts are, not by the order on the command line. */
static int order_members(const void *pa, const void *pb)
{
	const struct identity *a = &((const struct member *)pa)->host->identity;
	const struct identity *b = &((const struct member *)pb)->host->identity;
	int order = strcmp(a->node, b->node);

	if (order == 0)
		order = strcmp(a->machine_id, b->machine_id);
	return order ? order : strcmp(a->boot_id, b->boot_id);
}

/* Two that were made of one image may have one machine id. */
static bool is_one_host(const struct identity *a, const struct identity *b)
{
	const struct boot boot_of_a = boot_of(a), boot_of_b = boot_of(b);

	return strcmp(a->machine_id, b->machine_id) == 0 &&
	       !boots_overlap(&boot_of_a, &boot_of_b);
}

static int check_pair(const struct member *a, const struct member *b, struct err *err)
{
	if (is_one_host(&a->host->identity, &b->host->identity))
		return err_set(err, -EBADMSG,
			"%s and %s are of one host (machine-id %s): give one capture of "
			"each. Two hosts with one machine-id are told apart where both "
			"were up at one time",
			a->file, b->file, a->host->identity.machine_id);
	if (strcmp(a->host->identity.redaction, b->host->identity.redaction) != 0)
		return err_set(err, -EBADMSG,
			"%s and %s cannot be joined: their names were not replaced with "
			"the same key",
			a->file, b->file);
	return 0;
}

static int check_members(const struct fleet *fleet, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < fleet->n_members; i++)
		for (size_t k = i + 1; r == 0 && k < fleet->n_members; k++)
			r = check_pair(&fleet->members[i], &fleet->members[k], err);
	return r;
}

int fleet_survey(struct fleet *fleet, struct err *err)
{
	struct request *request = fleet->request;

	qsort(fleet->members, fleet->n_members, sizeof(*fleet->members), order_members);
	if (check_members(fleet, err) < 0)
		return err->code;
	for (size_t i = 0; i < fleet->n_members; i++)
		*array_add(&request->captures, &request->n_captures) =
			fleet->members[i].host;
	for (size_t i = 0; i < fleet->n_members; i++) {
		struct member *member = &fleet->members[i];

		survey_collect(member->host, request, &member->survey);
		classify_survey(&member->survey);
	}
	fleet_join(fleet);
	return 0;
}

bool fleet_has_kept(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_members; i++)
		if (survey_has_kept(&fleet->members[i].survey))
			return true;
	return false;
}

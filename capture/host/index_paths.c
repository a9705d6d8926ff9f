/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mounts of the host's namespace a path leads through: a part of the index, see
 * index.h. A tree of the mount points' components, found by a table of (node, component):
 * a look-up takes as long as its path is, however many mounts there are.
 * Input: mounts. Output: positions of mounts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"

struct path_node {
	uint32_t parent; /* number of a node, from 1; 0 = above the first component */
	const char *name;
	uint32_t len;
	uint32_t next;	/* of the same bucket */
	uint32_t mount; /* the last one there: its position + 1; 0 = none */
};

static uint32_t *bucket(
	const struct path_tree *tree, uint32_t parent, const char *name, size_t len)
{
	uint64_t key = hash_bytes(name, len) + parent * 0x9e3779b97f4a7c15u;

	return &tree->heads[(key ^ key >> 32) & (tree->n_heads - 1)];
}

static uint32_t child(
	const struct path_tree *tree, uint32_t parent, const char *name, size_t len)
{
	uint32_t i = tree->n_heads ? *bucket(tree, parent, name, len) : 0;

	for (; i; i = tree->nodes[i - 1].next) {
		const struct path_node *node = &tree->nodes[i - 1];

		if (node->parent == parent && node->len == len &&
			memcmp(node->name, name, len) == 0)
			return i;
	}
	return 0;
}

static uint32_t child_add(
	struct path_tree *tree, uint32_t parent, const char *name, size_t len)
{
	struct path_node *node = array_add(&tree->nodes, &tree->n_nodes);
	uint32_t *head = bucket(tree, parent, name, len);

	*node = (struct path_node){
		.parent = parent, .name = name, .len = (uint32_t)len, .next = *head};
	*head = (uint32_t)tree->n_nodes;
	return *head;
}

/* "/" is above all that begins with it: it ends behind its first, empty component. */
static const char *component_end(const char *at)
{
	return at + strcspn(at, "/");
}

static void add_mount(struct path_tree *tree, const struct host *host, size_t position)
{
	const char *at = host->mounts[position].target;
	bool is_root = strcmp(at, "/") == 0;
	uint32_t node = 0;

	for (;;) {
		const char *end = component_end(at);
		uint32_t next = child(tree, node, at, (size_t)(end - at));

		node = next ? next : child_add(tree, node, at, (size_t)(end - at));
		if (!*end || is_root)
			break;
		at = end + 1;
	}
	tree->below[position] = tree->nodes[node - 1].mount;
	tree->nodes[node - 1].mount = (uint32_t)position + 1;
}

static size_t count_components(const struct host *host, uint64_t namespace_id)
{
	size_t count = 1;

	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == namespace_id)
			for (const char *at = host->mounts[i].target; at;
				at = strchr(at + 1, '/'))
				count++;
	return count;
}

void path_tree_build(const struct host *host, struct path_tree *tree)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	size_t count = home ? count_components(host, home->id) : 1;

	tree->n_heads = 16;
	while (tree->n_heads < count)
		tree->n_heads *= 2;
	tree->heads = xcalloc(tree->n_heads, sizeof(*tree->heads));
	tree->below = xcalloc(host->n_mounts, sizeof(*tree->below));
	for (size_t i = 0; home && i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == home->id && *host->mounts[i].target)
			add_mount(tree, host, i);
}

void path_tree_free(struct path_tree *tree)
{
	free(tree->nodes);
	free(tree->heads);
	free(tree->below);
}

bool path_step(const struct path_tree *tree, struct path_walk *walk)
{
	const char *end;

	if (!walk->at)
		return false;
	end = component_end(walk->at);
	walk->node = child(tree, walk->node, walk->at, (size_t)(end - walk->at));
	walk->at = walk->node && *end ? end + 1 : NULL;
	walk->mount = walk->node ? tree->nodes[walk->node - 1].mount : 0;
	return walk->node != 0;
}

bool path_mount(
	const struct path_tree *tree, struct path_walk *walk, size_t *ret_position)
{
	if (!walk->mount)
		return false;
	*ret_position = walk->mount - 1;
	walk->mount = tree->below[walk->mount - 1];
	return true;
}

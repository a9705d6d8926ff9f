/* SPDX-License-Identifier: Apache-2.0 */
/* See memory.h. glibc lets a program define malloc() and the like, and has its own under
 * other names; with ASan, which defines them too, ASan says of each call. */
#include "memory.h"

#include <malloc.h>

static size_t now, most, base;

static void taken(size_t size)
{
	now += size;
	if (now > most)
		most = now;
}

static void given(size_t size)
{
	now -= size < now ? size : now;
}

#ifdef __SANITIZE_ADDRESS__

/* sanitizer/allocator_interface.h, which gcc does not come with */
int __sanitizer_install_malloc_and_free_hooks(
	void (*on_malloc)(const volatile void *memory, size_t size),
	void (*on_free)(const volatile void *memory));
size_t __sanitizer_get_allocated_size(const volatile void *memory);

static void on_malloc(const volatile void *memory, size_t size)
{
	(void)memory;
	taken(size);
}

static void on_free(const volatile void *memory)
{
	if (memory)
		given(__sanitizer_get_allocated_size(memory));
}

void memory_begin(void)
{
	static int is_installed;

	if (!is_installed)
		is_installed =
			__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	base = most = now;
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size)
{
	void *memory = __libc_malloc(size);

	taken(malloc_usable_size(memory));
	return memory;
}

void *calloc(size_t count, size_t size)
{
	void *memory = __libc_calloc(count, size);

	taken(malloc_usable_size(memory));
	return memory;
}

void *realloc(void *memory, size_t size)
{
	size_t before = malloc_usable_size(memory);
	void *moved = __libc_realloc(memory, size);

	if (moved || !size) {
		/* for a moment both are there */
		taken(malloc_usable_size(moved));
		given(before);
	}
	return moved;
}

void free(void *memory)
{
	given(malloc_usable_size(memory));
	__libc_free(memory);
}

void memory_begin(void)
{
	base = most = now;
}

#endif

size_t memory_most(void)
{
	return most - base;
}

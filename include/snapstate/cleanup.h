/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound clean-up. A variable with one of these attributes is always initialised
 * where it is declared; take_ptr() and take_fd() move ownership out of the scope.
 */
#ifndef SNAPSTATE_CLEANUP_H
#define SNAPSTATE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_fn(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fn(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose_fn(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir_fn(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define cleanup_with(fn) __attribute__((cleanup(fn)))
#define cleanup_free	 cleanup_with(cleanup_free_fn)
#define cleanup_close	 cleanup_with(cleanup_close_fn)
#define cleanup_fclose	 cleanup_with(cleanup_fclose_fn)
#define cleanup_closedir cleanup_with(cleanup_closedir_fn)

#define take_ptr(p)                                                                      \
	({                                                                               \
		__typeof__(p) taken_ = (p);                                              \
		(p) = NULL;                                                              \
		taken_;                                                                  \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that has one of everything that an archive can hold, with every optional
 * attribute somewhere, and names that need every kind of escape. Not sorted: a writer
 * must not depend on it. A new element or attribute gets an example here: the tests of
 * the archive and of its schema know no other.
 */
#ifndef SNAPSTATE_TESTS_FULL_HOST_H
#define SNAPSTATE_TESTS_FULL_HOST_H

#define VG "1jU4bisLLlPjrTZ0zdbH1rVfDtXGel0B" /* of data/every-type.vg */
#define NS 4026531841u

struct host *full_host(void);

#endif

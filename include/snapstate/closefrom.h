/* SPDX-License-Identifier: Apache-2.0 */
/* For a C library without closefrom (glibc before 2.34, musl): the build includes it. */
#ifndef SNAPSTATE_CLOSEFROM_H
#define SNAPSTATE_CLOSEFROM_H

#define closefrom kernel_close_from
void kernel_close_from(int first); /* kernel.h */

#endif

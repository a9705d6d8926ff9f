/* SPDX-License-Identifier: Apache-2.0 */
/* Physical volumes of an import, by the tables of what is on them; see lvm_places.c. */
#ifndef SNAPSTATE_TEXT_LVM_PLACES_H
#define SNAPSTATE_TEXT_LVM_PLACES_H

struct host;

void lvm_places_infer(struct host *host);

#endif

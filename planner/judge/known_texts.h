/* SPDX-License-Identifier: Apache-2.0 */
/* policies/NAME.policy, made into C by CMakeLists.txt; the last one has no name. */
#ifndef SNAPSTATE_KNOWN_TEXTS_H
#define SNAPSTATE_KNOWN_TEXTS_H

struct known_text {
	const char *name, *text;
};
extern const struct known_text known_texts[];

#endif

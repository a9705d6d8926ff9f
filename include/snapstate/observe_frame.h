/* SPDX-License-Identifier: Apache-2.0 */
/* Around each question to the observer, and each answer; see observe.h. */
#ifndef SNAPSTATE_OBSERVE_FRAME_H
#define SNAPSTATE_OBSERVE_FRAME_H

#define OBSERVE_GREETING "snapstate-observe " SNAPSTATE_VERSION
/* Instead, with a sentence: it cannot begin. */
#define OBSERVE_FAILURE "snapstate-observe: "
/* Within which the observer has read the host, unless it is told otherwise. */
#define OBSERVE_SECONDS	 240
#define OBSERVE_END	 "end\n"
#define OBSERVE_QUESTION "question "
#define OBSERVE_ANSWER	 "answer "

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSTATE_REDACT_KEY_H
#define SNAPSTATE_REDACT_KEY_H

/* Names may be pseudonyms, made with a key (redact.h): the hex digits of its id, and
 * where it is unless somebody says otherwise. */
#define REDACT_KEY_ID_LEN 16
#define REDACT_KEY_FILE	  SNAPSTATE_STATE_FOLDER "/redaction.key"

#endif

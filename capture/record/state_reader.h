/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of state.xml: the streaming reader and what it fills. */
#ifndef SNAPSTATE_RECORD_STATE_READER_H
#define SNAPSTATE_RECORD_STATE_READER_H

#include <libxml/xmlreader.h>

#include "snapstate/host.h"

struct reader {
	xmlTextReaderPtr xml;
	struct host *host;
	struct err *err;
	int status; /* sticky: the first error */
};

/* "line N: ELEMENT: attribute rule"; the first failure counts. */
void reader_fail(struct reader *r, const char *attribute, const char *rule);

/* Takes the element on which the reader stands into the host. */
void reader_take_element(struct reader *r);

#endif

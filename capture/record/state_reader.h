/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the reader of state.xml. It is in three parts: state_read.c lets libxml2 parse
 * the text and tells the other two of each element's begin and end; state_grammar.c says
 * whether it may be there, with these attributes; state_elements.c takes it into the
 * host.
 */
#ifndef SNAPSTATE_RECORD_STATE_READER_H
#define SNAPSTATE_RECORD_STATE_READER_H

#include <libxml/parser.h>

#include "snapstate/buf.h"
#include "snapstate/record.h"
#include "state_words.h"

/* What an attribute's value may be; the patterns are in state.rng. */
enum value_kind {
	VALUE_WORD,
	VALUE_TAIL,
	VALUE_NUMBER,
	VALUE_DEVNO,
	VALUE_DEVNO_OR_NONE,
	VALUE_FILE_ON,
	VALUE_SOURCE_NAME,
	VALUE_FLAGS,
	VALUE_REST,
	VALUE_REDACTION,
	VALUE_STAMP,
	VALUE_VERSION,
	VALUE_OUTCOME, /* this one and what follows: one of the words that it knows */
	VALUE_BLOCK_KIND,
	VALUE_TRANSPORT,
	VALUE_USE_KIND,
	VALUE_HOLDER_KIND,
	VALUE_CHANGE_KIND,
	VALUE_CONFIG_KIND,
	VALUE_YES_NO,
};

struct attribute_rule {
	const char *name; /* NULL ends the list */
	enum value_kind kind;
	bool is_optional;
};

enum occurs {
	ONCE,
	MANY, /* or none */
	OPTIONAL,
};

struct reader;

struct element_rule {
	const char *name;
	enum occurs occurs;
	const struct attribute_rule *attributes; /* NULL: none */
	const struct element_rule *const
		*children;		/* in this order, NULL ends; NULL: none */
	void (*take)(struct reader *r); /* NULL: only holds others */
};
extern const struct element_rule state_root;

struct attribute {
	const char *name;
	const char *value; /* in reader.values */
	size_t len;
};

/* An element that is not closed yet. */
struct frame {
	const struct element_rule *rule;
	size_t position; /* of the child that was there last, in rule->children */
	bool has_child;	 /* of that position */
};

struct reader {
	xmlParserCtxtPtr xml;
	struct host *host;
	struct err *err;
	int status; /* sticky: the first error */
	const char *element;
	struct attribute attributes[XML_ATTRIBUTES_MAX];
	size_t n_attributes;
	struct buf values; /* of the element, each with its NUL; used again */
	struct frame frames[RECORD_XML_DEPTH_MAX];
	size_t depth;
	size_t n_elements;
};

/* "line N: ELEMENT: attribute rule"; the first failure counts. */
void reader_fail(struct reader *r, const char *attribute, const char *rule);

/* The element that begins, its attributes in the reader: it becomes the last frame, or
 * the reader fails. */
void grammar_begin(struct reader *r);
/* The last frame ends: what must be in it was there, or the reader fails. */
void grammar_end(struct reader *r);
/* By the kind's pattern. */
bool grammar_value_is_valid(enum value_kind kind, const char *value, size_t len);

#endif

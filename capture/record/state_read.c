/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.xml -> model, by libxml2's parser; the writer is state_write.c, the grammar is
 * state.rng, as state_grammar.c checks it.
 *
 * Input:  a hostile text.
 * Output: a host's identity, sources, devices, blocks, superblocks, namespaces, swaps,
 *	   processes and uses.
 * Invariant: libxml2 sees only printable ASCII without "<!" and "&#". So there is no
 * DOCTYPE, no entity, no CDATA, no comment, no other encoding, and no character that
 * could disguise itself in a message.
 */
#include <errno.h>
#include <string.h>

#include "snapstate/host.h"
#include "state_reader.h"

#define PIECE (1u << 20) /* bytes */

/* libxml2 2.12 made it const */
#if LIBXML_VERSION >= 21200
#define XML_ERROR const xmlError *
#else
#define XML_ERROR xmlErrorPtr
#endif

/* ---- what libxml2 calls ---- */

/* Name, prefix, namespace, the value's begin and end. */
static void take_attribute(struct reader *r, const xmlChar *const parts[5])
{
	struct attribute *attribute = &r->attributes[r->n_attributes++];

	attribute->name = (const char *)parts[0];
	attribute->len = (size_t)(parts[4] - parts[3]);
	buf_add(&r->values, (const char *)parts[3], attribute->len);
	buf_add(&r->values, "", 1);
	if (parts[1])
		reader_fail(r, attribute->name, "is of a namespace");
}

/* Once all are there, they stay where they are. */
static void place_values(struct reader *r)
{
	const char *value = r->values.data;

	for (size_t i = 0; i < r->n_attributes; i++) {
		r->attributes[i].value = value;
		value += r->attributes[i].len + 1;
	}
}

static void on_begin(void *context, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
	int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	struct reader *r = context;

	(void)uri, (void)namespaces, (void)n_defaulted;
	if (r->status != 0)
		return;
	r->element = (const char *)name;
	r->n_attributes = 0;
	r->values.len = 0;
	if (prefix || n_namespaces || n_attributes > XML_ATTRIBUTES_MAX)
		reader_fail(r, "namespaces", "are not allowed");
	for (int i = 0; i < n_attributes && r->status == 0; i++)
		take_attribute(r, (const xmlChar *const *)attributes + 5 * i);
	place_values(r);
	if (r->status == 0)
		grammar_begin(r);
	if (r->status != 0)
		xmlStopParser(r->xml);
}

static void on_end(
	void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = context;

	(void)name, (void)prefix, (void)uri; /* libxml2 has compared them */
	if (r->status == 0)
		grammar_end(r);
	if (r->status != 0)
		xmlStopParser(r->xml);
}

static void on_text(void *context, const xmlChar *text, int len)
{
	struct reader *r = context;

	for (int i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\n')
			reader_fail(r, "text", "is not allowed here");
}

static void on_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
	(void)target, (void)data;
	reader_fail(context, "a processing instruction", "is not allowed here");
}

/* Called for each thing that is wrong; the first one counts. */
static void on_xml_error(void *context, XML_ERROR error)
{
	struct reader *r = context;

	if (r->status != 0)
		return;
	r->status = err_set(r->err, -EBADMSG, "line %d: %.*s", error->line,
		error->message ? (int)strcspn(error->message, "\n") : 0,
		error->message ? error->message : "");
}

/* ---- before libxml2 sees it ---- */

/* What there is to say about a byte. */
enum byte_class {
	BYTE_BAD, /* no printable ASCII */
	BYTE_PLAIN,
	BYTE_NEWLINE,
	BYTE_MARKUP,
};
static const unsigned char byte_classes[256] = {
	['\n'] = BYTE_NEWLINE,
	[' '] = BYTE_PLAIN,
	['!'] = BYTE_PLAIN,
	['"'] = BYTE_MARKUP,
	['#' ... '%'] = BYTE_PLAIN,
	['&' ... '\''] = BYTE_MARKUP,
	['(' ... ';'] = BYTE_PLAIN,
	['<'] = BYTE_MARKUP,
	['='] = BYTE_PLAIN,
	['>'] = BYTE_MARKUP,
	['?' ... '~'] = BYTE_PLAIN,
};

/* Where a byte stands: libxml2 compares each attribute of a tag with each other one. */
struct place {
	size_t line;
	bool is_tag;
	bool is_value; /* between double quotes; state.xml knows no others */
	unsigned n_attributes;
};

static const char *markup_rule(struct place *place, char byte, char next)
{
	if (byte == '<' && next == '!')
		return "DOCTYPE, comments and CDATA are not allowed";
	if (byte == '&' && next == '#')
		return "character references are not allowed";
	if (byte == '\'' && place->is_tag && !place->is_value)
		return "single quotes are not allowed around values";
	if (byte == '"' && place->is_tag) {
		place->is_value = !place->is_value;
		place->n_attributes += place->is_value;
	} else if (!place->is_value && (byte == '<' || byte == '>')) {
		place->is_tag = byte == '<';
		place->n_attributes = 0;
	}
	return place->n_attributes > XML_ATTRIBUTES_MAX ? "too many attributes" : NULL;
}

static const char *byte_rule(struct place *place, const char *xml, size_t at, size_t len)
{
	switch ((enum byte_class)byte_classes[(unsigned char)xml[at]]) {
	case BYTE_BAD:
		return "a byte that is not printable ASCII";
	case BYTE_PLAIN:
		return NULL;
	case BYTE_NEWLINE:
		place->line++;
		return NULL;
	case BYTE_MARKUP:
		return markup_rule(place, xml[at], at + 1 < len ? xml[at + 1] : '\0');
	}
	return NULL;
}

static int text_check(const char *xml, size_t len, struct err *err)
{
	struct place place = {.line = 1};

	if (len > RECORD_MEMBER_MAX)
		return err_set(err, -EFBIG, "larger than %u bytes", RECORD_MEMBER_MAX);
	if (len < strlen(XML_HEAD) || memcmp(xml, XML_HEAD, strlen(XML_HEAD)) != 0)
		return err_set(err, -EBADMSG, "line 1: must be %.*s",
			(int)strlen(XML_HEAD) - 1, XML_HEAD);
	for (size_t i = 0; i < len; i++) {
		const char *rule;

		while (i < len && byte_classes[(unsigned char)xml[i]] == BYTE_PLAIN)
			i++;
		rule = i < len ? byte_rule(&place, xml, i, len) : NULL;
		if (rule)
			return err_set(err, -EBADMSG, "line %zu: %s", place.line, rule);
	}
	return 0;
}

/* ---- the whole text ---- */

/* In pieces, so that libxml2 keeps a copy of no more than one of them; large ones, since
 * it looks at what it has of a tag anew with each. */
static void parse(struct reader *r, const char *xml, size_t len)
{
	int failed = 0;

	for (size_t at = 0; at < len && r->status == 0 && !failed; at += PIECE) {
		size_t n = len - at < PIECE ? len - at : PIECE;

		failed = xmlParseChunk(r->xml, xml + at, (int)n, at + n == len);
	}
	/* libxml2 has said why */
	if (r->status == 0 && (failed || !r->xml->wellFormed || r->depth))
		r->status = err_set(r->err, -EBADMSG, "is not well-formed XML");
}

static int read_checked(const char *xml, size_t len, struct reader *r)
{
	static const xmlSAXHandler calls = {.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_begin,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.processingInstruction = on_instruction,
		.serror = on_xml_error};

	r->xml = xmlCreatePushParserCtxt((xmlSAXHandler *)&calls, r, NULL, 0, NULL);
	if (!r->xml)
		return err_set(r->err, -ENOMEM, "out of memory");
	/* there are none but the five of XML itself, and without NOENT "&amp;" comes as
	 * "&#38;" (libxml2 parser.c, xmlParseAttValueComplex) */
	xmlCtxtUseOptions(r->xml, XML_PARSE_NONET | XML_PARSE_NOENT);
	parse(r, xml, len);
	xmlFreeParserCtxt(r->xml);
	buf_free(&r->values);
	return r->status;
}

int record_state_read(const void *xml, size_t len, struct host *host, struct err *err)
{
	struct reader reader = {.host = host, .err = err, .element = "state"};
	int r = text_check(xml, len, err);

	if (r == 0)
		r = read_checked(xml, len, &reader);
	if (r == 0)
		r = host_limits_check(host, err);
	if (r == 0)
		r = state_check(host, err);
	return r < 0 ? err_wrap(err, "state.xml") : 0;
}

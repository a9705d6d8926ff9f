/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.xml -> model, by libxml2's streaming reader, checked against state.rng on the
 * way; the writer is state_write.c.
 *
 * Input:  a hostile text.
 * Output: a host's identity, sources, devices, blocks, superblocks, namespaces, swaps,
 *	   processes and uses.
 * Invariant: libxml2 sees only printable ASCII without "<!" and "&#". So there is no
 * DOCTYPE, no entity, no CDATA, no comment, no other encoding, and no character that
 * could disguise itself in a message.
 */
#include <errno.h>
#include <libxml/relaxng.h>
#include <string.h>

#include "snapstate/record.h"
#include "state_reader.h"
#include "state_schema.h"
#include "state_words.h"

static void read_node(struct reader *r)
{
	switch (xmlTextReaderNodeType(r->xml)) {
	case XML_READER_TYPE_ELEMENT:
		reader_take_element(r);
		return;
	case XML_READER_TYPE_END_ELEMENT:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		return;
	default:
		reader_fail(r, "text", "has no place here");
	}
}

/* ---- the whole text ---- */

/* Called by libxml2 for each thing that is wrong; the first one counts. */
static void on_xml_error(void *context, xmlErrorPtr error)
{
	struct reader *r = context;

	if (r->status != 0)
		return;
	r->status = err_set(r->err, -EBADMSG, "line %d: %.*s", error->line,
		error->message ? (int)strcspn(error->message, "\n") : 0,
		error->message ? error->message : "");
}

/* Where a byte stands: libxml2 compares each attribute of a tag with each other one. */
struct place {
	size_t line;
	bool is_tag;
	bool is_value; /* between double quotes; state.xml knows no others */
	unsigned n_attributes;
};

static const char *place_rule(struct place *place, char byte, char next)
{
	if ((byte < ' ' || byte > '~') && byte != '\n')
		return "a byte that is no printable ASCII";
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
	place->line += byte == '\n';
	return place->n_attributes > XML_ATTRIBUTES_MAX ? "too many attributes" : NULL;
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
		char next = i + 1 < len ? xml[i + 1] : '\0';
		const char *rule = place_rule(&place, xml[i], next);

		if (rule)
			return err_set(err, -EBADMSG, "line %zu: %s", place.line, rule);
	}
	return 0;
}

static xmlRelaxNGPtr schema_parse(struct err *err)
{
	xmlRelaxNGParserCtxtPtr parser =
		xmlRelaxNGNewMemParserCtxt(state_schema, (int)state_schema_len);
	xmlRelaxNGPtr schema = parser ? xmlRelaxNGParse(parser) : NULL;

	xmlRelaxNGFreeParserCtxt(parser);
	if (!schema)
		err_set(err, -ENOMEM, "the built-in schema cannot be used");
	return schema;
}

static void read_all(struct reader *r)
{
	int more = 1;

	while (r->status == 0 && more == 1) {
		more = xmlTextReaderRead(r->xml);
		if (more == 1 && r->status == 0)
			read_node(r);
	}
	/* libxml2 has said why */
	if (r->status == 0 && (more < 0 || xmlTextReaderIsValid(r->xml) != 1))
		reader_fail(r, "text", "is no valid state.xml");
}

static int read_checked(
	const char *xml, size_t len, xmlRelaxNGPtr schema, struct reader *r)
{
	r->xml = xmlReaderForMemory(xml, (int)len, NULL, NULL, XML_PARSE_NONET);
	if (!r->xml)
		return err_set(r->err, -ENOMEM, "out of memory");
	xmlTextReaderSetStructuredErrorHandler(r->xml, on_xml_error, r);
	if (xmlTextReaderRelaxNGSetSchema(r->xml, schema) < 0)
		r->status = err_set(r->err, -ENOMEM, "out of memory");
	else
		read_all(r);
	xmlFreeTextReader(r->xml);
	return r->status;
}

int record_state_read(const void *xml, size_t len, struct host *host, struct err *err)
{
	struct reader reader = {.host = host, .err = err};
	xmlRelaxNGPtr schema;
	int r = text_check(xml, len, err);

	if (r < 0)
		return err_wrap(err, "state.xml");
	schema = schema_parse(err);
	if (!schema)
		return err_wrap(err, "state.xml");
	r = read_checked(xml, len, schema, &reader);
	xmlRelaxNGFree(schema);
	if (r == 0)
		r = state_check(host, err);
	return r < 0 ? err_wrap(err, "state.xml") : 0;
}

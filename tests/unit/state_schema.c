/* SPDX-License-Identifier: Apache-2.0 */
/* See state_schema.h. */
#include <libxml/relaxng.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>

#include "state_schema.h"

struct schema {
	xmlRelaxNGPtr rules;
};

/* What a hostile text makes libxml2 say is of no interest. */
static void keep_quiet(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

struct schema *schema_open(void)
{
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(STATE_RNG);
	struct schema *schema = calloc(1, sizeof(*schema));

	schema->rules = parser ? xmlRelaxNGParse(parser) : NULL;
	xmlRelaxNGFreeParserCtxt(parser);
	if (schema->rules)
		return schema;
	free(schema);
	return NULL;
}

bool schema_accepts(struct schema *schema, const void *xml, size_t len)
{
	xmlTextReaderPtr reader =
		xmlReaderForMemory(xml, (int)len, NULL, NULL, XML_PARSE_NONET);
	int more = 1;
	bool is_valid;

	xmlSetGenericErrorFunc(NULL, keep_quiet);
	xmlTextReaderRelaxNGSetSchema(reader, schema->rules);
	while (more == 1)
		more = xmlTextReaderRead(reader);
	is_valid = more == 0 && xmlTextReaderIsValid(reader) == 1;
	xmlFreeTextReader(reader);
	return is_valid;
}

void schema_close(struct schema *schema)
{
	xmlRelaxNGFree(schema->rules);
	free(schema);
}

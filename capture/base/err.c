/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that read as a path; see err.h. Invariant: msg is always NUL-terminated. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/err.h"

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->msg, sizeof(err->msg), format, args);
	va_end(args);
	return code;
}

int err_errno(struct err *err, int errnum, const char *format, ...)
{
	va_list args;
	size_t used;

	if (!err)
		return -errnum;
	err->code = -errnum;
	va_start(args, format);
	vsnprintf(err->msg, sizeof(err->msg), format, args);
	va_end(args);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", strerror(errnum));
	return -errnum;
}

int err_wrap(struct err *err, const char *format, ...)
{
	char inner[ERR_MSG_MAX];
	va_list args;
	size_t used;

	if (!err)
		return -1;
	memcpy(inner, err->msg, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->msg, sizeof(err->msg), format, args);
	va_end(args);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", inner);
	return err->code;
}

void err_plain(struct err *err)
{
	for (char *c = err->msg; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

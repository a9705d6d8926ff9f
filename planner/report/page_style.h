/* SPDX-License-Identifier: Apache-2.0 */
/* page.css as text; the build makes page_style.c from it. */
#ifndef SNAPSTATE_PAGE_STYLE_H
#define SNAPSTATE_PAGE_STYLE_H

extern const char page_style[];

#endif

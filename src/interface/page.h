/* GET of the web page's files. HTTP thread. */
#ifndef AG_INTERFACE_PAGE_H
#define AG_INTERFACE_PAGE_H

#include "interface/routes.h"

/* The files' entity tags. Destroy: NULL is fine. */
typedef struct ag_pages ag_pages;
ag_pages *ag_pages_create(void);
void ag_pages_destroy(ag_pages *pages);

/* See ag_route. */
ag_route_outcome ag_page_run(ag_exchange *exchange);

#endif

#include "interface/page.h"

#include "base/memory.h"
#include "interface/exchange.h"
#include "interface/server.h"
#include "interface/web_files.h"

#include <stdlib.h>

/* The page shows the visitor's own photo (blob:) and talks to this server alone. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "        \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

typedef struct page_row {
    const ag_web_file *file;
    const char *content_type;
} page_row;

static const page_row PAGES[] = {
    [AG_ROUTE_PAGE] = {&AG_WEB_INDEX_HTML, "text/html; charset=utf-8"},
    [AG_ROUTE_STYLE] = {&AG_WEB_STYLE_CSS, "text/css; charset=utf-8"},
    [AG_ROUTE_SCRIPT] = {&AG_WEB_PAGE_JS, "text/javascript; charset=utf-8"},
};
#define PAGE_COUNT (sizeof PAGES / sizeof PAGES[0])

struct ag_pages {
    char etags[PAGE_COUNT][AG_REPLY_ETAG_BYTES];
};

ag_pages *ag_pages_create(void)
{
    ag_pages *pages = ag_xcalloc(1, sizeof *pages);
    for (size_t i = 0; i < PAGE_COUNT; i++)
        ag_reply_make_etag(pages->etags[i], PAGES[i].file->data, PAGES[i].file->length);
    return pages;
}

void ag_pages_destroy(ag_pages *pages)
{
    free(pages);
}

ag_route_outcome ag_page_run(ag_exchange *exchange)
{
    const page_row *page = &PAGES[exchange->route];
    const ag_reply file = {
        .content_type = page->content_type,
        .policy = PAGE_POLICY,
        .etag = exchange->server->pages->etags[exchange->route],
        .fixed = page->file->data,
        .fixed_length = page->file->length,
    };
    ag_exchange_reply_file(exchange, &file);
    return AG_ROUTE_REPLIED;
}

#include "interface/routes.h"

#include "interface/exchange.h"
#include "interface/page.h"
#include "interface/recognize_route.h"
#include "interface/status_routes.h"

#include <assert.h>
#include <string.h>

#define READ "GET, HEAD"

static ag_route_outcome run_not_found(ag_exchange *exchange)
{
    ag_reply_error(&exchange->reply, 404, "not_found", "There is nothing at this address.");
    return AG_ROUTE_REPLIED;
}

static const ag_route ROUTES[AG_ROUTE_COUNT] = {
    [AG_ROUTE_PAGE] = {"/", READ, false, NULL, ag_page_run},
    [AG_ROUTE_STYLE] = {"/style.css", READ, false, NULL, ag_page_run},
    [AG_ROUTE_SCRIPT] = {"/page.js", READ, false, NULL, ag_page_run},
    [AG_ROUTE_RECOGNIZE] = {"/api/recognize", "POST", true, ag_recognize_admit, ag_recognize_run},
    [AG_ROUTE_HEALTH] = {"/health", READ, false, NULL, ag_health_run},
    [AG_ROUTE_READY] = {"/ready", READ, false, NULL, ag_ready_run},
    [AG_ROUTE_METRICS] = {"/metrics", READ, false, NULL, ag_metrics_run},
    [AG_ROUTE_OTHER] = {"other", NULL, false, NULL, run_not_found},
};

ag_route_id ag_route_find(const char *path)
{
    for (size_t i = 0; i < AG_ROUTE_OTHER; i++) {
        if (strcmp(ROUTES[i].path, path) == 0)
            return (ag_route_id)i;
    }
    return AG_ROUTE_OTHER;
}

const ag_route *ag_route_at(ag_route_id id)
{
    return &ROUTES[id];
}

const char *ag_route_label(size_t id)
{
    assert(id < AG_ROUTE_COUNT);
    return ROUTES[id].path;
}

bool ag_route_allows(const ag_route *route, const char *method)
{
    size_t length = strlen(method);
    if (route->allow == NULL)
        return true;
    for (const char *at = route->allow; *at != '\0'; at += strspn(at, ", ")) {
        size_t word = strcspn(at, ",");
        if (word == length && memcmp(at, method, length) == 0)
            return true;
        at += word;
    }
    return false;
}

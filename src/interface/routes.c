#include "interface/routes.h"

#include "interface/exchange.h"
#include "interface/page.h"
#include "interface/recognize_route.h"
#include "interface/samples.h"
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
    [AG_ROUTE_PAGE] = {.path = "/", .allow = READ, .run = ag_page_run},
    [AG_ROUTE_STYLE] = {.path = "/style.css", .allow = READ, .run = ag_page_run},
    [AG_ROUTE_SCRIPT] = {.path = "/page.js", .allow = READ, .run = ag_page_run},
    [AG_ROUTE_RECOGNIZE] = {.path = "/api/recognize",
                            .allow = "POST",
                            .is_taking_body = true,
                            .admit = ag_recognize_admit,
                            .run = ag_recognize_run},
    [AG_ROUTE_SAMPLES] = {.path = "/api/samples", .allow = READ, .run = ag_samples_list_run},
    [AG_ROUTE_SAMPLE] = {.path = "/api/samples/",
                         .is_folder = true,
                         .allow = READ,
                         .run = ag_samples_photo_run},
    [AG_ROUTE_HEALTH] = {.path = "/health", .allow = READ, .run = ag_health_run},
    [AG_ROUTE_READY] = {.path = "/ready", .allow = READ, .run = ag_ready_run},
    [AG_ROUTE_METRICS] = {.path = "/metrics", .allow = READ, .run = ag_metrics_run},
    [AG_ROUTE_OTHER] = {.path = "other", .run = run_not_found},
};

ag_route_id ag_route_find(const char *path)
{
    for (size_t i = 0; i < AG_ROUTE_OTHER; i++) {
        const ag_route *route = &ROUTES[i];
        size_t length = strlen(route->path);
        if (strncmp(route->path, path, length) == 0 && (path[length] == '\0' || route->is_folder))
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

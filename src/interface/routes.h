/* The table of routes. Any thread. */
#ifndef AG_INTERFACE_ROUTES_H
#define AG_INTERFACE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ag_exchange ag_exchange;

typedef enum ag_route_id {
    AG_ROUTE_PAGE,      /* GET / */
    AG_ROUTE_STYLE,     /* GET /style.css */
    AG_ROUTE_SCRIPT,    /* GET /page.js */
    AG_ROUTE_RECOGNIZE, /* POST /api/recognize */
    AG_ROUTE_SAMPLES,   /* GET /api/samples */
    AG_ROUTE_SAMPLE,    /* GET /api/samples/… */
    AG_ROUTE_HEALTH,    /* GET /health */
    AG_ROUTE_READY,     /* GET /ready */
    AG_ROUTE_METRICS,   /* GET /metrics */
    AG_ROUTE_OTHER,     /* any other path */
    AG_ROUTE_COUNT,
} ag_route_id;

/* What became of an exchange: its reply is there, or its connection was suspended and the exchange
 * now belongs to another thread. */
typedef enum ag_route_outcome {
    AG_ROUTE_REPLIED,
    AG_ROUTE_SUSPENDED,
} ag_route_outcome;

typedef struct ag_route {
    const char *path;    /* the whole path, exactly; of a folder, what its paths begin with */
    const char *allow;   /* methods, as in the Allow header */
    bool is_folder;      /* its paths have more behind `path` */
    bool is_taking_body; /* else a body is thrown away */
    /* The head is there: refuse by making a reply, or do nothing. NULL: all are let in. */
    void (*admit)(ag_exchange *exchange);
    /* The whole request is there. */
    ag_route_outcome (*run)(ag_exchange *exchange);
} ag_route;

/* The route of a path: its number, AG_ROUTE_OTHER for one not known. */
ag_route_id ag_route_find(const char *path);

/* The row of a number; AG_ROUTE_OTHER's replies 404 to everything. */
const ag_route *ag_route_at(ag_route_id id);

/* The path, or "other": bounded, for metrics. */
const char *ag_route_label(size_t id);

bool ag_route_allows(const ag_route *route, const char *method);

#endif

/* GET /health, /ready and /metrics: see ag_route. HTTP thread. */
#ifndef AG_INTERFACE_STATUS_ROUTES_H
#define AG_INTERFACE_STATUS_ROUTES_H

#include "interface/routes.h"

ag_route_outcome ag_health_run(ag_exchange *exchange);
ag_route_outcome ag_ready_run(ag_exchange *exchange);
ag_route_outcome ag_metrics_run(ag_exchange *exchange);

#endif

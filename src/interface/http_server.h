/* libmicrohttpd, wired to the table of routes. One thread at a time. */
#ifndef AG_INTERFACE_HTTP_SERVER_H
#define AG_INTERFACE_HTTP_SERVER_H

#include "base/status.h"
#include "interface/interface.h"

/* Listen at the options' address and serve on a thread of its own. AG_EINVAL (address), AG_EIO. */
AG_MUST_USE ag_status ag_http_start(ag_interface *server, ag_err *err);

/* Take no new connections; open ones live on. */
void ag_http_quiesce(ag_interface *server);

/* Close every connection and stop the thread. No connection may be suspended. */
void ag_http_stop(ag_interface *server);

#endif

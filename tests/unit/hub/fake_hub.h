/* A hub on a loopback port that serves one model, well or badly. */
#ifndef TESTS_UNIT_HUB_FAKE_HUB_H
#define TESTS_UNIT_HUB_FAKE_HUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_HUB_MODEL "/openai/clip-vit-base-patch32/resolve/main/"

/* How the weights are served. */
typedef enum fake_hub_mode {
    FAKE_HUB_PLAIN,         /* with ranges and If-Range */
    FAKE_HUB_CUT,           /* half of what is asked for, then the connection is closed */
    FAKE_HUB_NO_RANGES,     /* 200 and everything, whatever is asked for */
    FAKE_HUB_NO_IF_RANGE,   /* 206, even of another file than the asker's */
    FAKE_HUB_WRONG_PART,    /* 206 with other bytes than asked for */
    FAKE_HUB_ENDLESS,       /* a body without length and end */
    FAKE_HUB_TRICKLE,       /* a few bytes at a time */
    FAKE_HUB_REDIRECT,      /* to other_url, which is served plainly */
    FAKE_HUB_REDIRECT_LOOP, /* to itself */
    FAKE_HUB_STATUS,        /* refusal_status */
} fake_hub_mode;

/* Everything up to `shared` is set between transfers only. */
typedef struct fake_hub {
    struct MHD_Daemon *daemon;
    uint16_t port;
    char url[64];           /* http://127.0.0.1:port */
    const char *config;     /* config.json */
    const uint8_t *weights; /* model.safetensors */
    size_t weights_length;  /* bytes */
    const char *etag;       /* of the weights, with quotes; NULL: none */
    const char *linked;     /* X-Linked-Etag, with quotes; NULL: none */
    const char *other_url;  /* of FAKE_HUB_REDIRECT */
    fake_hub_mode mode;
    unsigned refusal_status;
    atomic_bool *stop; /* set by FAKE_HUB_TRICKLE after some bytes */
    struct {
        pthread_mutex_t mutex;   /* guards all of shared */
        size_t weights_requests; /* for the weights, redirects too */
        size_t config_requests;  /* for config.json */
        char range[64];          /* of the last request for the weights; "": none */
        char token[64];          /* Authorization at the hub's own address */
        char other_token[64];    /* Authorization at other_url */
    } shared;
} fake_hub;

void fake_hub_start(fake_hub *hub);
void fake_hub_stop(fake_hub *hub);

#endif

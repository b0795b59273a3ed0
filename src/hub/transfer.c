/* Redirects are followed here and not by libcurl: the hub answers for large files with a redirect
 * whose headers have the file's SHA-256, and its token must not go to the host redirected to. That
 * host's own ETag may look like a SHA-256 and be another digest, so it only serves resumption. */
#include "hub/transfer.h"

#include "base/memory.h"

#include <assert.h>
#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const long CONNECT_TIMEOUT_S = 10;
static const long SLOWEST_BYTES_PER_S = 1024;
static const long SLOW_FOR_S = 30; /* slower for so long: given up */
static const int MAX_REDIRECTS = 8;

typedef struct transfer {
    const ag_transfer_request *request;
    const ag_transfer_sink *sink;
    uint64_t offset; /* asked for: the request's, or 0 after that did not work */
    CURL *curl;
    CURLU *home, *at;          /* the request's URL, and that of this hop */
    bool is_begun;             /* the sink's begin was called */
    bool is_ended;             /* by us, with nothing wrong: no more of this answer is wanted */
    bool is_stale;             /* the bytes at offset are not of this file */
    ag_status status;          /* of what failed inside libcurl's calls back to us … */
    ag_err err;                /* … and why */
    ag_transfer_answer answer; /* so far */
    char reason[CURL_ERROR_SIZE];
} transfer;

static ag_status out_of_memory(ag_err *err)
{
    return ag_err_set(err, AG_ENOMEM, "no memory for a download");
}

/* The header's value in the last answer, or "". Valid until the next hop. */
static const char *header_of(const transfer *t, const char *name)
{
    struct curl_header *header;
    return curl_easy_header(t->curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
               ? header->value
               : "";
}

/* One part of a URL, or NULL. Owned: curl_free. */
static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        text = NULL;
    return text;
}

static bool is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    char *of_a = part_of(a, part), *of_b = part_of(b, part);
    bool is_same = of_a != NULL && of_b != NULL && strcasecmp(of_a, of_b) == 0;
    curl_free(of_a);
    curl_free(of_b);
    return is_same;
}

static bool is_home(const transfer *t)
{
    return is_same_part(t->home, t->at, CURLUPART_SCHEME) &&
           is_same_part(t->home, t->at, CURLUPART_HOST) &&
           is_same_part(t->home, t->at, CURLUPART_PORT);
}

static bool is_scheme(CURLU *url, const char *wanted)
{
    char *scheme = part_of(url, CURLUPART_SCHEME);
    bool is_it = scheme != NULL && strcasecmp(scheme, wanted) == 0;
    curl_free(scheme);
    return is_it;
}

/* The SHA-256 that an ETag is. *out stays where it is none, or where there is one already: the hub
 * itself, at the first hops, knows best. */
static void take_sha256(char out[AG_SHA256_HEX_BYTES], const char *etag)
{
    const size_t digits = AG_SHA256_HEX_BYTES - 1;
    const char *from = *etag == '"' ? etag + 1 : etag;
    if (out[0] != '\0' || strspn(from, "0123456789abcdefABCDEF") != digits ||
        (from[digits] != '\0' && strcmp(from + digits, "\"") != 0))
        return;
    for (size_t i = 0; i < digits; i++)
        out[i] = (char)tolower((unsigned char)from[i]);
    out[digits] = '\0';
}

/* "bytes 5-9/10" */
static bool parse_content_range(uint64_t *offset, uint64_t *total, const char *text)
{
    if (strncasecmp(text, "bytes ", 6) != 0 || !isdigit((unsigned char)text[6]))
        return false;
    char *end;
    uint64_t first = strtoull(text + 6, &end, 10);
    const char *slash = strchr(end, '/');
    if (*end != '-' || slash == NULL || !isdigit((unsigned char)slash[1]))
        return false;
    *offset = first;
    *total = strtoull(slash + 1, NULL, 10);
    return true;
}

/* The rest of the file that the first bytes are of? */
static bool is_continuation(transfer *t)
{
    ag_transfer_answer *answer = &t->answer;
    const char *etag = t->request->etag;
    answer->has_total =
        parse_content_range(&answer->offset, &answer->total_bytes, header_of(t, "content-range"));
    return t->offset > 0 && answer->has_total && answer->offset == t->offset &&
           answer->total_bytes > t->offset &&
           (*answer->etag == '\0' || strcmp(answer->etag, etag) == 0);
}

static void describe_whole(transfer *t)
{
    curl_off_t length = -1;
    curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    t->answer.offset = 0;
    t->answer.has_total = length >= 0;
    t->answer.total_bytes = length >= 0 ? (uint64_t)length : 0;
}

/* The headers are here: look whether the bytes are of use, and tell the sink. */
static void begin(transfer *t)
{
    long code = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
    const char *etag = header_of(t, "etag");
    t->answer.etag[0] = '\0';
    if (*etag == '"' && strlen(etag) < sizeof t->answer.etag)
        memcpy(t->answer.etag, etag, strlen(etag) + 1);
    take_sha256(t->answer.sha256, header_of(t, "x-linked-etag"));
    if (is_home(t))
        take_sha256(t->answer.sha256, etag);
    t->is_ended = code != 200 && code != 206;
    if (code == 200)
        describe_whole(t);
    else if (code == 206)
        t->is_stale = !is_continuation(t);
    if (t->is_ended || t->is_stale)
        return;
    bool is_wanted = true;
    t->is_begun = true;
    t->status = t->sink->begin(t->sink->context, &is_wanted, &t->answer, &t->err);
    t->is_ended = !is_wanted;
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    transfer *t = context;
    if (!t->is_begun)
        begin(t);
    if (t->status == AG_OK && !t->is_ended && !t->is_stale)
        t->status = t->sink->write(t->sink->context, bytes, size * count, &t->err);
    bool goes_on = t->status == AG_OK && !t->is_ended && !t->is_stale;
    return goes_on ? size * count : CURL_WRITEFUNC_ERROR;
}

static bool is_stopped(const transfer *t)
{
    return t->request->stop != NULL && atomic_load(t->request->stop);
}

static int watch(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    (void)down_total, (void)down, (void)up_total, (void)up;
    return is_stopped(context);
}

static bool append_header(struct curl_slist **list, const char *name, const char *value)
{
    char *line = ag_xasprintf("%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*list, line);
    free(line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

/* What is not the same at every hop. */
static ag_status set_hop_options(transfer *t, struct curl_slist **headers, ag_err *err)
{
    char range[32] = "";
    bool ok = true;
    if (t->offset > 0) {
        snprintf(range, sizeof range, "%llu-", (unsigned long long)t->offset);
        ok = append_header(headers, "If-Range", t->request->etag);
    }
    if (ok && t->request->token != NULL && is_home(t)) {
        char *bearer = ag_xasprintf("Bearer %s", t->request->token);
        ok = append_header(headers, "Authorization", bearer);
        free(bearer);
    }
    ok = ok && curl_easy_setopt(t->curl, CURLOPT_CURLU, t->at) == CURLE_OK &&
         curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, *headers) == CURLE_OK &&
         curl_easy_setopt(t->curl, CURLOPT_RANGE, *range != '\0' ? range : NULL) == CURLE_OK;
    return ok ? AG_OK : out_of_memory(err);
}

static ag_status explain_failure(const transfer *t, CURLcode code, ag_err *err)
{
    char *host = part_of(t->at, CURLUPART_HOST);
    const char *reason = t->reason[0] != '\0' ? t->reason : curl_easy_strerror(code);
    ag_status status = code == CURLE_OPERATION_TIMEDOUT ? AG_ETIMEOUT
                       : code == CURLE_OUT_OF_MEMORY    ? AG_ENOMEM
                                                        : AG_EUNAVAILABLE;
    status = ag_err_set(err, status, "%s: %s", host != NULL ? host : "the hub", reason);
    curl_free(host);
    return status;
}

/* Ask at this hop, and pass on what comes. Afterwards *code is the answer's. */
static ag_status ask(transfer *t, long *code, ag_err *err)
{
    struct curl_slist *headers = NULL;
    ag_status status = set_hop_options(t, &headers, err);
    CURLcode result = CURLE_OK;
    t->is_ended = t->is_stale = false;
    t->reason[0] = '\0';
    if (status == AG_OK)
        result = curl_easy_perform(t->curl);
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, code);
    if (status == AG_OK && result == CURLE_OK && !t->is_begun)
        begin(t); /* nothing came but headers */
    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
    curl_slist_free_all(headers);
    if (status != AG_OK)
        return status;
    if (t->status != AG_OK) {
        if (err != NULL)
            *err = t->err;
        return t->status;
    }
    if (t->is_ended || t->is_stale)
        return AG_OK;
    if (is_stopped(t))
        return ag_err_set(err, AG_ECANCELED, "interrupted");
    return result == CURLE_OK ? AG_OK : explain_failure(t, result, err);
}

/* To where the answer points. */
static ag_status follow(transfer *t, ag_err *err)
{
    take_sha256(t->answer.sha256, header_of(t, "x-linked-etag"));
    const char *location = header_of(t, "location");
    if (*location == '\0' || curl_url_set(t->at, CURLUPART_URL, location, 0) != CURLUE_OK)
        return ag_err_set(err, AG_EUNAVAILABLE, "the hub redirects to nowhere");
    bool may_be_plain = is_scheme(t->home, "http");
    if (!is_scheme(t->at, "https") && !(may_be_plain && is_scheme(t->at, "http")))
        return ag_err_set(err, AG_EUNAVAILABLE, "the hub redirects to what is not https");
    return AG_OK;
}

static ag_status explain_code(const transfer *t, long code, ag_err *err)
{
    char *path = part_of(t->home, CURLUPART_PATH);
    const char *file = path != NULL ? path : "the file";
    ag_status status;
    if (code == 404)
        status =
            ag_err_set(err, AG_ENOTFOUND,
                       "%s: no such model or revision, or no such file in it (HTTP 404)", file);
    else if (code == 401 || code == 403)
        status = ag_err_set(err, AG_EUNAVAILABLE,
                            "%s: the hub does not give it out (HTTP %ld): misspelt, private, or "
                            "gated; for the last two set HF_TOKEN to a token that may read it",
                            file, code);
    else
        status = ag_err_set(err, AG_EUNAVAILABLE, "%s: the hub answers HTTP %ld", file, code);
    curl_free(path);
    return status;
}

/* From the request's URL along all redirects to the bytes. */
static ag_status travel(transfer *t, ag_err *err)
{
    curl_url_cleanup(t->at);
    t->at = curl_url_dup(t->home);
    if (t->at == NULL)
        return out_of_memory(err);
    t->answer = (ag_transfer_answer){0};
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
        long code = 0;
        ag_status status = ask(t, &code, err);
        if (status != AG_OK || t->is_begun)
            return status;
        bool is_refused = code == 416 && t->offset > 0; /* the file has become shorter */
        t->is_stale = t->is_stale || is_refused;
        if (t->is_stale)
            return AG_OK;
        bool is_redirect = code >= 301 && code <= 308 && code != 304;
        status = is_redirect ? follow(t, err) : explain_code(t, code, err);
        if (status != AG_OK)
            return status;
    }
    return ag_err_set(err, AG_EUNAVAILABLE, "the hub redirects without end");
}

static ag_status parse_home(transfer *t, ag_err *err)
{
    static const CURLUPart REFUSED[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                        CURLUPART_FRAGMENT};
    t->home = curl_url();
    if (t->home == NULL)
        return out_of_memory(err);
    bool ok = curl_url_set(t->home, CURLUPART_URL, t->request->url, 0) == CURLUE_OK &&
              (is_scheme(t->home, "https") || is_scheme(t->home, "http"));
    for (size_t i = 0; ok && i < sizeof REFUSED / sizeof *REFUSED; i++) {
        char *text = part_of(t->home, REFUSED[i]);
        ok = text == NULL;
        curl_free(text);
    }
    return ok ? AG_OK
              : ag_err_set(err, AG_EINVAL,
                           "the hub must be a plain https:// or http:// address, without user, "
                           "password or question mark");
}

static ag_status prepare(transfer *t, ag_err *err)
{
    ag_status status = parse_home(t, err);
    if (status != AG_OK)
        return status;
    for (const char *at = t->request->token; at != NULL && *at != '\0'; at++) {
        if (!isgraph((unsigned char)*at))
            return ag_err_set(err, AG_EINVAL, "the token has characters that no token has");
    }
    t->curl = curl_easy_init();
    if (t->curl == NULL)
        return out_of_memory(err);
    const char *protocols = is_scheme(t->home, "https") ? "https" : "http,https";
    CURL *curl = t->curl;
    bool ok = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_USERAGENT, "artguide") == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->reason) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_S) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_FOR_S) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK;
    return ok ? AG_OK : out_of_memory(err);
}

ag_status ag_transfer_get(const ag_transfer_request *request, const ag_transfer_sink *sink,
                          ag_err *err)
{
    assert(request->offset == 0 || request->etag != NULL);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return out_of_memory(err);
    transfer t = {.request = request, .sink = sink, .offset = request->offset};
    ag_status status = prepare(&t, err);
    if (status == AG_OK)
        status = travel(&t, err);
    if (status == AG_OK && t.is_stale && t.offset > 0) {
        t.offset = 0;
        status = travel(&t, err);
    }
    if (status == AG_OK && t.is_stale)
        status = ag_err_set(err, AG_EUNAVAILABLE, "the hub sends a part that was not asked for");
    curl_easy_cleanup(t.curl);
    curl_url_cleanup(t.at);
    curl_url_cleanup(t.home);
    curl_global_cleanup();
    return status;
}

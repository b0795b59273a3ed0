/* The Redis broker, against a Redis server of its own. Called with --server URL ID COUNT this
 * program is an AI server instead, for its tests to kill: it takes COUNT requests, says "held", and
 * answers them when told so on its standard input. */
#include "../../support/redis_server.h"
#include "base/log.h"
#include "base/memory.h"
#include "broker/redis_connection.h"
#include "conformance.h"

#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* --- Another AI server, as a process --- */

typedef struct other_server {
    pid_t pid;
    int in;  /* its standard input */
    int out; /* its standard output */
} other_server;

static int be_server(const char *url, const char *id, size_t wanted)
{
    ag_lease leases[8];
    char line[16];
    size_t held = 0, count;
    ag_broker *broker = broker_serve(url, id);
    while (held < wanted &&
           ag_broker_take(broker, leases + held, &count, wanted - held, PATIENCE_MS, NULL) == AG_OK)
        held += count;
    if (write(STDOUT_FILENO, "held\n", 5) != 5 || read(STDIN_FILENO, line, sizeof line) <= 0)
        return 1;
    for (size_t i = 0; i < held; i++) {
        char request_id[32] = "";
        sscanf(leases[i].json, "{\"request_id\":\"%31[^\"]", request_id);
        answer(broker, &leases[i], request_id, "late");
    }
    bool is_told = write(STDOUT_FILENO, "done\n", 5) == 5;
    ag_broker_close(broker);
    return is_told ? 0 : 1;
}

/* Start one, and wait until it holds `count` requests. */
static other_server other_server_start(const char *url, const char *id, const char *count)
{
    int in[2], out[2];
    char line[8];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
            close(fd);
        execl("/proc/self/exe", "test_redis", "--server", url, id, count, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(in[0]);
    close(out[1]);
    assert_int_equal(read(out[0], line, sizeof line), 5);
    assert_memory_equal(line, "held\n", 5);
    return (other_server){pid, in[1], out[0]};
}

/* Have it answer what it holds. */
static void other_server_answer(const other_server *server)
{
    char line[8];
    assert_int_equal(write(server->in, "go\n", 3), 3);
    assert_int_equal(read(server->out, line, sizeof line), 5);
    assert_memory_equal(line, "done\n", 5);
}

static void other_server_end(other_server *server, int signal)
{
    if (signal != 0)
        kill(server->pid, signal);
    waitpid(server->pid, NULL, 0);
    close(server->in);
    close(server->out);
}

/* --- Redis, and a world on it, for each test --- */

typedef struct fixture {
    redis_server *server; /* of the whole group */
    world world;
    redisContext *raw; /* a client that knows nothing of us */
} fixture;

static redisContext *raw_connect(const redis_server *server)
{
    redisContext *raw = redisConnect("127.0.0.1", redis_server_port(server));
    assert_non_null(raw);
    assert_int_equal(raw->err, 0);
    return raw;
}

/* The reply's integer or, for text, its length; -1 for nil. */
static long long raw_do(redisContext *raw, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(raw, format, args);
    va_end(args);
    assert_non_null(reply);
    assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
    long long value = reply->type == REDIS_REPLY_INTEGER ? reply->integer
                      : reply->type == REDIS_REPLY_NIL   ? -1
                                                         : (long long)reply->len;
    freeReplyObject(reply);
    return value;
}

/* Keys of this pattern. */
static size_t raw_count(redisContext *raw, const char *pattern)
{
    redisReply *keys = redisCommand(raw, "KEYS %s", pattern);
    assert_non_null(keys);
    size_t count = keys->elements;
    freeReplyObject(keys);
    return count;
}

static int open_fixture(void **state)
{
    redis_server *server = *state;
    fixture *all = ag_xcalloc(1, sizeof *all);
    all->server = server;
    all->raw = raw_connect(server);
    raw_do(all->raw, "FLUSHALL");
    world_open(&all->world, redis_server_url(server));
    *state = all;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *all = *state;
    world_close(&all->world);
    redisFree(all->raw);
    free(all);
    return 0;
}

static void wait_connected(ag_broker *broker, bool wanted)
{
    for (int i = 0; i < PATIENCE_MS / 10 && ag_broker_is_connected(broker) != wanted; i++)
        pause_ms(10);
    assert_int_equal(ag_broker_is_connected(broker), wanted);
}

/* --- Servers that die --- */

static void test_redis_takes_over_from_a_killed_server(void **state)
{
    fixture *all = *state;
    const char *url = redis_server_url(all->server);
    ag_broker_leave(all->world.ai);
    const char *const ids[] = {"r1", "r2", "r3", "r4"};
    for (size_t i = 0; i < 4; i++)
        submit(all->world.front, ids[i]);
    other_server killed = other_server_start(url, "killed", "3");
    assert_int_equal(raw_do(all->raw, "LLEN artguide:requests"), 1);
    other_server_end(&killed, SIGKILL);

    ag_broker *heir = broker_serve(url, "heir");
    for (int i = 0; i < PATIENCE_MS / 10 && raw_do(all->raw, "LLEN artguide:requests") < 4; i++)
        pause_ms(10);
    for (size_t i = 0; i < 4; i++) {
        ag_lease lease = take_one(heir, ids[i]);
        answer(heir, &lease, ids[i], "heir's");
    }
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(answers_wait(all->world.answers, ids[i], PATIENCE_MS), "heir's");
    assert_int_equal(raw_do(all->raw, "HLEN artguide:servers"), 1);
    assert_int_equal(raw_count(all->raw, "artguide:inflight:*"), 0);
    ag_broker_close(heir);
    assert_int_equal(raw_do(all->raw, "HLEN artguide:servers"), 0);
    assert_int_equal(raw_do(all->raw, "EXISTS artguide:server:heir"), 0);
}

static void test_redis_leaves_the_living_alone(void **state)
{
    fixture *all = *state;
    const char *url = redis_server_url(all->server);
    ag_broker_leave(all->world.ai);
    submit(all->world.front, "slow");
    other_server slow = other_server_start(url, "slow-server", "1");
    ag_broker *other = broker_serve(url, "other");
    ag_lease lease;
    size_t count = 1;
    assert_int_equal(ag_broker_take(other, &lease, &count, 1, 1000, NULL), AG_OK);
    assert_int_equal(count, 0); /* ten heartbeats later */
    other_server_answer(&slow);
    assert_string_equal(answers_wait(all->world.answers, "slow", PATIENCE_MS), "late");
    other_server_end(&slow, 0);
    ag_broker_close(other);
}

static void test_redis_survives_a_server_back_from_the_dead(void **state)
{
    fixture *all = *state;
    const char *url = redis_server_url(all->server);
    ag_broker_leave(all->world.ai);
    submit(all->world.front, "r1");
    submit(all->world.front, "r2");
    other_server stopped = other_server_start(url, "stopped", "2");
    kill(stopped.pid, SIGSTOP);

    ag_broker *heir = broker_serve(url, "heir");
    ag_lease first = take_one(heir, "r1");
    answer(heir, &first, "r1", "heir's");
    ag_lease second = take_one(heir, "r2");
    kill(stopped.pid, SIGCONT);
    other_server_answer(&stopped);
    assert_string_equal(answers_wait(all->world.answers, "r1", PATIENCE_MS), "heir's");
    assert_string_equal(answers_wait(all->world.answers, "r2", PATIENCE_MS), "late");
    /* The heir's lease is untouched by the other's answer to the same request. */
    assert_int_equal(raw_count(all->raw, "artguide:inflight:heir:*"), 1);
    answer(heir, &second, "r2", "heir's");
    assert_int_equal(raw_count(all->raw, "artguide:inflight:heir:*"), 0);
    assert_int_equal(raw_do(all->raw, "LLEN artguide:requests"), 0);
    other_server_end(&stopped, 0);
    ag_broker_close(heir);
    assert_int_equal(answers_count(all->world.answers, NULL), 2);
}

static void test_redis_gives_back_what_a_broken_take_moved(void **state)
{
    fixture *all = *state;
    ag_lease lease;
    size_t count = 0;
    char port[8];
    /* Every connection breaks while the take waits, by a client who comes later. */
    pid_t killer = fork();
    if (killer == 0) {
        snprintf(port, sizeof port, "%d", redis_server_port(all->server));
        pause_ms(50);
        execlp("redis-cli", "redis-cli", "-p", port, "CLIENT", "KILL", "TYPE", "normal",
               (char *)NULL);
        _exit(127);
    }
    assert_int_equal(ag_broker_take(all->world.ai, &lease, &count, 1, PATIENCE_MS, NULL),
                     AG_EUNAVAILABLE);
    waitpid(killer, NULL, 0);
    redisFree(all->raw);
    all->raw = raw_connect(all->server);
    /* As if Redis had moved this before it saw the connection gone: under the newest number. */
    redisReply *numbers = redisCommand(all->raw, "HGET artguide:servers ai-1");
    assert_int_equal(numbers->type, REDIS_REPLY_STRING);
    raw_do(all->raw, "RPUSH artguide:inflight:ai-1:%lld %s", strtoll(numbers->str, NULL, 10),
           "{\"request_id\":\"astray\"}");
    freeReplyObject(numbers);
    wait_connected(all->world.ai, true);
    lease = take_one(all->world.ai, "astray");
    answer(all->world.ai, &lease, "astray", "found");
    assert_int_equal(raw_do(all->raw, "EXISTS artguide:response:astray"), 1);
}

/* --- Programs that know only the list and the key --- */

static void test_redis_serves_a_plain_producer(void **state)
{
    fixture *all = *state;
    raw_do(all->raw, "RPUSH artguide:requests %s", "{\"request_id\":\"plain\"}");
    ag_lease lease = take_one(all->world.ai, "plain");
    assert_int_equal(ag_broker_answer(all->world.ai, &lease, "plain", NULL,
                                      "{\"status\":\"success\"}", 20, NULL),
                     AG_OK);
    redisReply *reply = redisCommand(all->raw, "GET artguide:response:plain");
    assert_string_equal(reply->str, "{\"status\":\"success\"}");
    freeReplyObject(reply);
    long long ttl = raw_do(all->raw, "TTL artguide:response:plain");
    assert_true(ttl > 0 && ttl <= 60);
    assert_int_equal(raw_do(all->raw, "DBSIZE"), 3); /* the answer, the server, its heartbeat */
}

static void test_redis_is_served_by_a_plain_server(void **state)
{
    fixture *all = *state;
    submit(all->world.front, "r1");
    redisReply *reply = redisCommand(all->raw, "BLPOP artguide:requests 1");
    assert_int_equal(reply->elements, 2);
    assert_string_equal(reply->element[1]->str, "{\"request_id\":\"r1\"}");
    freeReplyObject(reply);
    raw_do(all->raw, "SETEX artguide:response:r1 60 plainly");
    assert_string_equal(answers_wait(all->world.answers, "r1", PATIENCE_MS), "plainly");
}

static void test_redis_ignores_nonsense_in_its_channel(void **state)
{
    fixture *all = *state;
    static const char *const nonsense[] = {"", "\n", "r1", " \n{}", "no spaces\n{}", "unknown\n{}"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
        assert_int_equal(raw_do(all->raw, "PUBLISH artguide:answers:front-1 %s", nonsense[i]), 1);
    submit(all->world.front, "r1");
    ag_lease lease = take_one(all->world.ai, "r1");
    answer(all->world.ai, &lease, "r1", "right");
    assert_string_equal(answers_wait(all->world.answers, "r1", PATIENCE_MS), "right");
    assert_int_equal(answers_count(all->world.answers, NULL), 1);
}

/* --- Redis goes away and comes back --- */

static void assert_away(fixture *all)
{
    ag_lease lease;
    size_t count, removed;
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    assert_int_equal(ag_broker_submit(all->world.front, "r9", "{}", 2, NULL), AG_EUNAVAILABLE);
    assert_int_equal(ag_broker_take(all->world.ai, &lease, &count, 1, PATIENCE_MS, NULL),
                     AG_EUNAVAILABLE);
    assert_int_equal(ag_broker_get_stats(all->world.front, stats, NULL), AG_EUNAVAILABLE);
    assert_int_equal(ag_broker_purge(all->world.front, &removed, NULL), AG_EUNAVAILABLE);
    free(stats);
}

static void test_redis_survives_a_restart(void **state)
{
    fixture *all = *state;
    submit(all->world.front, "r1");
    ag_lease held = take_one(all->world.ai, "r1");
    redis_server_kill(all->server);
    wait_connected(all->world.front, false);
    wait_connected(all->world.ai, false);
    assert_away(all);
    assert_int_equal(ag_broker_answer(all->world.ai, &held, "r1", "front-1", "{}", 2, NULL),
                     AG_EUNAVAILABLE);
    assert_non_null(held.handle);

    assert_true(redis_server_restart(all->server));
    wait_connected(all->world.front, true);
    wait_connected(all->world.ai, true);
    answer(all->world.ai, &held, "r1", "after all");
    assert_string_equal(answers_wait(all->world.answers, "r1", PATIENCE_MS), "after all");
    submit(all->world.front, "r2");
    ag_lease lease = take_one(all->world.ai, "r2");
    answer(all->world.ai, &lease, "r2", "2");
    assert_string_equal(answers_wait(all->world.answers, "r2", PATIENCE_MS), "2");
    redisFree(all->raw);
    all->raw = raw_connect(all->server);
}

static void test_redis_gives_up_on_a_hanging_server(void **state)
{
    fixture *all = *state;
    redis_server_suspend(all->server);
    assert_int_equal(ag_broker_submit(all->world.front, "r1", "{}", 2, NULL), AG_EUNAVAILABLE);
    wait_connected(all->world.front, false);
    wait_connected(all->world.ai, false);
    assert_away(all);
    redis_server_resume(all->server);
    wait_connected(all->world.front, true);
    wait_connected(all->world.ai, true);
    /* The first may have been queued after all, or not. */
    raw_do(all->raw, "DEL artguide:requests");
    submit(all->world.front, "r2");
    ag_lease lease = take_one(all->world.ai, "r2");
    answer(all->world.ai, &lease, "r2", "2");
    assert_string_equal(answers_wait(all->world.answers, "r2", PATIENCE_MS), "2");
}

static void test_redis_passes_refusals_on(void **state)
{
    fixture *all = *state;
    ag_err err;
    raw_do(all->raw, "SET artguide:requests oops");
    assert_int_equal(ag_broker_submit(all->world.front, "r1", "{}", 2, &err), AG_EUNAVAILABLE);
    assert_non_null(strstr(err.message, "WRONGTYPE"));
    ag_lease lease;
    size_t count;
    assert_int_equal(ag_broker_take(all->world.ai, &lease, &count, 1, 0, &err), AG_EUNAVAILABLE);
    assert_non_null(strstr(err.message, "WRONGTYPE"));
    raw_do(all->raw, "DEL artguide:requests");
    submit(all->world.front, "r2");
    lease = take_one(all->world.ai, "r2");
    answer(all->world.ai, &lease, "r2", "2");
    assert_string_equal(answers_wait(all->world.answers, "r2", PATIENCE_MS), "2");
}

/* --- Opening --- */

static void test_redis_opens_while_it_is_away(void **state)
{
    fixture *all = *state;
    char text[4096] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    ag_log *log = ag_log_create(fileno(file), AG_LOG_TEXT, AG_LOG_INFO, "test");
    redis_server_kill(all->server);
    ag_broker *broker = NULL;
    const ag_broker_options options = {.url = redis_server_url(all->server), .log = log};
    assert_int_equal(ag_broker_open(&broker, &options, NULL), AG_OK);
    assert_false(ag_broker_is_connected(broker));
    assert_int_equal(ag_broker_submit(broker, "r1", "{}", 2, NULL), AG_EUNAVAILABLE);
    pause_ms(300); /* several attempts */
    assert_true(redis_server_restart(all->server));
    wait_connected(broker, true);
    submit(broker, "r1");
    ag_broker_close(broker);
    ag_log_destroy(log);

    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *away = strstr(text, "no broker at 127.0.0.1");
    assert_non_null(away);
    assert_null(strstr(away + 1, "no broker at")); /* said once */
    assert_non_null(strstr(away, "connected to redis"));
    redisFree(all->raw);
    all->raw = raw_connect(all->server);
}

/* A server that answers PING and INFO like an old Redis, whatever it is asked. */
static pid_t old_server_start(int *port)
{
    static const char REPLY[] = "+PONG\r\n$22\r\nredis_version:6.0.16\r\n\r\n";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        char command[256];
        for (int client; (client = accept(fd, NULL, NULL)) >= 0; close(client)) {
            if (read(client, command, sizeof command) <= 0 ||
                write(client, REPLY, sizeof REPLY - 1) < 0)
                continue;
            while (read(client, command, sizeof command) > 0)
                continue;
        }
        _exit(0);
    }
    close(fd);
    assert_true(pid > 0);
    return pid;
}

static void test_redis_refuses_an_old_server(void **state)
{
    ag_redis_url url = {.host = "127.0.0.1"};
    ag_redis *redis = NULL;
    ag_err err;
    (void)state;
    pid_t pid = old_server_start(&url.port);
    assert_int_equal(ag_redis_connect(&redis, &url, &err), AG_EUNAVAILABLE);
    assert_string_equal(err.message, "Redis 6.0.16 is too old: 6.2 or newer is needed");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void test_redis_logs_in(void **state)
{
    fixture *all = *state;
    char url[128];
    raw_do(all->raw, "ACL SETUSER guide on >p@ss:w/rd ~* &* +@all");
    raw_do(all->raw, "CONFIG SET requirepass secret");
    const struct {
        const char *login;
        bool is_let_in;
    } logins[] = {{"", false},
                  {":secret@", true},
                  {":wrong@", false},
                  {"guide:p%40ss:w%2Frd@", true},
                  {"guide:secret@", false}};
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        snprintf(url, sizeof url, "redis://%s127.0.0.1:%d/2", logins[i].login,
                 redis_server_port(all->server));
        ag_broker *broker = broker_open(url);
        assert_int_equal(ag_broker_is_connected(broker), logins[i].is_let_in);
        if (logins[i].is_let_in)
            submit(broker, "r1");
        ag_broker_close(broker);
    }
    raw_do(all->raw, "SELECT 2");
    assert_int_equal(raw_do(all->raw, "LLEN artguide:requests"), 2);
    assert_true(redis_server_restart(all->server)); /* forgets the password */
    redisFree(all->raw);
    all->raw = raw_connect(all->server);
}

static void test_redis_refuses_other_urls(void **state)
{
    (void)state;
    const struct {
        const char *url;
        ag_status status;
    } urls[] = {
        {"rediss://localhost", AG_EUNSUPPORTED},
        {"amqp://localhost", AG_EUNSUPPORTED},
        {"kafka://localhost", AG_EUNSUPPORTED},
        {"redis:localhost", AG_EINVAL},
        {"redis://localhost:99999", AG_EINVAL},
        {"http://localhost", AG_EINVAL},
        {"redis", AG_EINVAL},
        {"", AG_EINVAL},
        {NULL, AG_EINVAL},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        ag_broker *broker = NULL;
        ag_err err;
        const ag_broker_options options = {.url = urls[i].url};
        assert_int_equal(ag_broker_open(&broker, &options, &err), urls[i].status);
        assert_null(broker);
        assert_true(err.message[0] != '\0');
    }
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--server") == 0)
        return be_server(argv[2], argv[3], strtoul(argv[4], NULL, 10));
    redis_server *server = redis_server_start(false);
    if (server == NULL)
        return 77; /* Meson: skipped */
#define CASE(name)                                                                                 \
    cmocka_unit_test_prestate_setup_teardown(name, open_fixture, close_fixture, server)
    const struct CMUnitTest tests[] = {
        CASE(test_redis_takes_over_from_a_killed_server),
        CASE(test_redis_leaves_the_living_alone),
        CASE(test_redis_survives_a_server_back_from_the_dead),
        CASE(test_redis_gives_back_what_a_broken_take_moved),
        CASE(test_redis_serves_a_plain_producer),
        CASE(test_redis_is_served_by_a_plain_server),
        CASE(test_redis_ignores_nonsense_in_its_channel),
        CASE(test_redis_survives_a_restart),
        CASE(test_redis_gives_up_on_a_hanging_server),
        CASE(test_redis_passes_refusals_on),
        CASE(test_redis_opens_while_it_is_away),
        CASE(test_redis_logs_in),
        cmocka_unit_test(test_redis_refuses_an_old_server),
        cmocka_unit_test(test_redis_refuses_other_urls),
    };
#undef CASE
    int failures = conformance_run("redis: conformance", redis_server_url(server));
    failures += cmocka_run_group_tests_name("redis", tests, NULL, NULL);
    redis_server_destroy(server);
    return failures;
}

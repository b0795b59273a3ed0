#include "interface/metrics.h"

#include "interface/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_line(const ag_buffer *text, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (strstr((const char *)text->data, whole) == NULL)
        fail_msg("no line \"%s\" in:\n%s", line, (const char *)text->data);
}

static void test_metrics_text(void **state)
{
    (void)state;
    ag_metrics *metrics = ag_metrics_create();
    ag_buffer text = {0};
    ag_metrics_count_reply(metrics, AG_ROUTE_RECOGNIZE, 200);
    ag_metrics_count_reply(metrics, AG_ROUTE_RECOGNIZE, 200);
    ag_metrics_count_reply(metrics, AG_ROUTE_OTHER, 404);
    ag_metrics_observe_seconds(metrics, 0.004);
    ag_metrics_observe_seconds(metrics, 0.3);
    ag_metrics_observe_seconds(metrics, 100);
    ag_metrics_add_upload(metrics, 1234);
    ag_metrics_count_verdict(metrics, "likely");
    ag_metrics_count_verdict(metrics, "nonsense");
    ag_metrics_count_verdict(metrics, NULL);
    ag_metrics_gauges gauges = {
        .version = "1.2.3", .is_broker_up = true, .in_hand = 7, .waiting = 5, .held_bytes = 9};
    ag_metrics_write(metrics, &gauges, &text);

    assert_line(&text, "artguide_build_info{version=\"1.2.3\"} 1");
    assert_line(&text, "artguide_broker_up 1");
    assert_line(&text, "artguide_requests_in_hand 7");
    assert_line(&text, "artguide_requests_waiting 5");
    assert_line(&text, "artguide_upload_bytes_total 1234");
    assert_line(&text, "artguide_http_requests_total{route=\"/api/recognize\",status=\"200\"} 2");
    assert_line(&text, "artguide_http_requests_total{route=\"other\",status=\"404\"} 1");
    assert_line(&text, "artguide_recognize_seconds_bucket{le=\"0.005\"} 1");
    assert_line(&text, "artguide_recognize_seconds_bucket{le=\"0.25\"} 1");
    assert_line(&text, "artguide_recognize_seconds_bucket{le=\"0.5\"} 2");
    assert_line(&text, "artguide_recognize_seconds_bucket{le=\"30\"} 2");
    assert_line(&text, "artguide_recognize_seconds_bucket{le=\"+Inf\"} 3");
    assert_line(&text, "artguide_recognize_seconds_sum 100.304000");
    assert_line(&text, "artguide_recognize_seconds_count 3");
    assert_line(&text, "artguide_verdicts_total{match=\"likely\"} 1");
    assert_line(&text, "artguide_verdicts_total{match=\"none\"} 2");
    ag_buffer_fini(&text);
    ag_metrics_destroy(metrics);
}

/* Every sample belongs to a family announced before it, each announced once. */
static void test_metrics_families_are_announced(void **state)
{
    (void)state;
    ag_metrics *metrics = ag_metrics_create();
    ag_buffer text = {0};
    ag_metrics_gauges gauges = {.version = "1"};
    char family[128] = "";
    ag_metrics_write(metrics, &gauges, &text);
    for (char *line = strtok((char *)text.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (sscanf(line, "# TYPE %127s", family) == 1 || line[0] == '#')
            continue;
        assert_int_equal(strncmp(line, family, strlen(family)), 0);
    }
    assert_string_equal(family, "artguide_verdicts_total");
    ag_buffer_fini(&text);
    ag_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics_text),
        cmocka_unit_test(test_metrics_families_are_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

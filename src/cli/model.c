#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

int ag_cli_model(const ag_cli *cli)
{
    if (cli->argc < 1 || cli->argc > 2 || strcmp(cli->argv[0], "info") != 0)
        return ag_cli_usage_error("model: say 'info' (see 'artguide model --help')");
    const char *folder = cli->argc == 2 ? cli->argv[1] : ag_config_text(cli->config, AG_OPT_MODEL);
    const ag_clip_options options = ag_cli_clip_options(cli->config);
    ag_err err;
    ag_clip *clip;
    char sha256[AG_SHA256_HEX_BYTES];
    if (ag_clip_open(&clip, folder, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    const ag_clip_info *facts = ag_clip_info_of(clip);
    int code = AG_EXIT_OK;
    if (ag_clip_weights_sha256(sha256, folder, &err) != AG_OK) {
        code = ag_cli_fail(&err);
    } else {
        printf("model:      %s\n", facts->name);
        printf("image side: %u pixels\n", facts->image_side_px);
        printf("dimension:  %u\n", facts->dimension);
        printf("precision:  %s\n", facts->precision == AG_PRECISION_BF16 ? "bf16" : "f32");
        printf("sha256:     %s\n", sha256);
    }
    ag_clip_close(clip);
    return code;
}

/* Runs a fuzz target without a fuzzer: the seeds as they are, then mutations of them from a fixed
 * generator, so that every test run, sanitized or not, gives each parser the same hostile bytes.
 *
 * The options are libFuzzer's, so that the same command lines work for a target linked with it:
 *   -runs=N            mutated inputs (default 10000)
 *   -max_total_time=S  stop mutating after S seconds (default 0: never)
 *   -max_len=N         bytes of a mutated input at most (default 65536)
 *   -seed=N            another stream of mutations (default 1)
 *   -timeout=S         one input may take S seconds (default 10)
 * and the rest are seed files and folders; missing ones are left out, and an empty seed is always
 * there. An input that crashes or hangs is saved as ./crash-<program>-<number>; give it as the only
 * seed with -runs=0 to see it again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_SEED_BYTES (8u << 20)

typedef struct bytes {
    uint8_t *data; /* owned; NULL when empty */
    size_t size;
} bytes;

typedef struct options {
    uint64_t runs;
    uint64_t max_total_time_s;
    uint64_t max_len;
    uint64_t seed;
    uint64_t timeout_s;
} options;

typedef struct corpus {
    bytes *seeds;
    size_t count;
} corpus;

/* What a signal handler has to know of the input in hand: the one mutable global here. */
static struct {
    const uint8_t *volatile data;
    volatile size_t size;
    volatile uint64_t number;
    char path[128]; /* to save it at, without the number */
} current;

static void *must(void *memory)
{
    if (!memory) {
        perror("fuzz driver");
        exit(2);
    }
    return memory;
}

static void add_seed(corpus *seeds, uint8_t *data, size_t size)
{
    seeds->seeds = must(realloc(seeds->seeds, (seeds->count + 1) * sizeof *seeds->seeds));
    seeds->seeds[seeds->count++] = (bytes){data, size};
}

static void add_file(corpus *seeds, const char *path, off_t file_size)
{
    if (file_size > MAX_SEED_BYTES) {
        printf("left out %s: %lld bytes\n", path, (long long)file_size);
        return;
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("left out %s: %s\n", path, strerror(errno));
        return;
    }
    uint8_t *data = must(malloc((size_t)file_size + 1));
    size_t size = fread(data, 1, (size_t)file_size, file);
    fclose(file);
    add_seed(seeds, data, size);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_path(corpus *seeds, const char *path, int depth);

/* The folder's files in the order of their names: readdir's order differs between machines. */
static void add_folder(corpus *seeds, const char *path, int depth)
{
    DIR *folder = must(opendir(path));
    char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        names = must(realloc(names, (count + 1) * sizeof *names));
        names[count++] = must(strdup(entry->d_name));
    }
    closedir(folder);
    if (count)
        qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        char child[4096];
        if (snprintf(child, sizeof child, "%s/%s", path, names[i]) < (int)sizeof child)
            add_path(seeds, child, depth + 1);
        free(names[i]);
    }
    free(names);
}

static void add_path(corpus *seeds, const char *path, int depth)
{
    struct stat status;
    if (stat(path, &status) != 0)
        printf("left out %s: %s\n", path, strerror(errno));
    else if (S_ISREG(status.st_mode))
        add_file(seeds, path, status.st_size);
    else if (S_ISDIR(status.st_mode) && depth < 4)
        add_folder(seeds, path, depth);
}

/* SplitMix64 (Steele, Lea, Flood, 2014): one addition and a mix a number, any state is a good one.
 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
    return limit ? (size_t)(next_random(state) % limit) : 0;
}

/* An input being changed: data has room for `room` bytes. */
typedef struct input {
    uint8_t *data;
    size_t size;
    size_t room;
} input;

/* Put size bytes in at `at`; what then does not fit is cut off the end. */
static void insert(input *in, size_t at, const uint8_t *data, size_t size)
{
    if (size > in->room - at)
        size = in->room - at;
    size_t tail = in->size - at;
    if (tail > in->room - at - size)
        tail = in->room - at - size;
    memmove(in->data + at + size, in->data + at, tail);
    memcpy(in->data + at, data, size);
    in->size = at + size + tail;
}

static void flip_bits(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    for (size_t n = 1 + below(random, 8); in->size && n; n--)
        in->data[below(random, in->size)] ^= (uint8_t)(1u << below(random, 8));
}

static void set_bytes(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '"', '{', '0', '-', '\\'};
    for (size_t n = 1 + below(random, 4); in->size && n; n--) {
        size_t choice = below(random, 2 * sizeof values);
        in->data[below(random, in->size)] =
            choice < sizeof values ? values[choice] : (uint8_t)next_random(random);
    }
}

static void truncate_end(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    in->size = below(random, in->size + 1);
}

static void remove_range(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    size_t at = below(random, in->size + 1);
    size_t size = below(random, in->size - at + 1);
    memmove(in->data + at, in->data + at + size, in->size - at - size);
    in->size -= size;
}

static void duplicate_range(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    size_t from = below(random, in->size + 1);
    size_t size = below(random, in->size - from + 1);
    if (size == 0)
        return;
    uint8_t *copy = must(malloc(size));
    memcpy(copy, in->data + from, size);
    for (size_t n = 1 + below(random, 3); n; n--)
        insert(in, below(random, in->size + 1), copy, size);
    free(copy);
}

/* Part of another seed, put in at a random place or in place of all that follows it. */
static void splice_other(input *in, const corpus *seeds, uint64_t *random)
{
    const bytes *other = &seeds->seeds[below(random, seeds->count)];
    size_t from = below(random, other->size + 1);
    size_t at = below(random, in->size + 1);
    if (next_random(random) & 1)
        in->size = at;
    if (from < other->size)
        insert(in, at, other->data + from, 1 + below(random, other->size - from));
}

/* Lengths, counts and offsets are 16 to 64 bits wide, of either byte order: put in one that is at
 * an edge or a little off, mostly in the first bytes, where headers are. */
static void edit_number(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    static const uint64_t edges[] = {0,          1,           0x7f,
                                     0xff,       0x7fff,      0xffff,
                                     0x10000,    0x7fffffff,  0x80000000,
                                     0xffffffff, 0x100000000, 0x7fffffffffffffff,
                                     1ull << 63, UINT64_MAX,  0x2000000000000001};
    size_t width = (size_t)2 << below(random, 3);
    if (in->size < width)
        return;
    size_t reach = in->size - width + 1;
    size_t at = below(random, reach > 64 && (next_random(random) & 1) ? 64 : reach);
    uint64_t value = next_random(random) & 1 ? edges[below(random, sizeof edges / sizeof *edges)]
                                             : in->size + below(random, 17) - 8;
    bool is_big_endian = next_random(random) & 1;
    for (size_t i = 0; i < width; i++)
        in->data[at + i] = (uint8_t)(value >> 8 * (is_big_endian ? width - 1 - i : i));
}

/* Decimal lengths in text (JSON, HTTP): a run of digits becomes an extreme number. */
static void edit_decimal(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "1e309",
                                          "2147483648",
                                          "4294967296",
                                          "9223372036854775807",
                                          "18446744073709551616",
                                          "0.5",
                                          "99999999999999999999999999",
                                          "-0",
                                          "NaN"};
    size_t at = below(random, in->size + 1);
    while (at < in->size && (in->data[at] < '0' || in->data[at] > '9'))
        at++;
    size_t end = at;
    while (end < in->size && in->data[end] >= '0' && in->data[end] <= '9')
        end++;
    if (at == end)
        return;
    memmove(in->data + at, in->data + end, in->size - end);
    in->size -= end - at;
    const char *number = numbers[below(random, sizeof numbers / sizeof *numbers)];
    insert(in, at, (const uint8_t *)number, strlen(number));
}

/* Words that open a format or matter inside one. */
static void insert_magic(input *in, const corpus *seeds, uint64_t *random)
{
    (void)seeds;
#define WORD(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
    static const struct {
        const uint8_t *data;
        size_t size;
    } words[] = {WORD("\xff\xd8\xff\xe0"),
                 WORD("\xff\xda"),
                 WORD("\xff\xc2"),
                 WORD("\xff\xe1\0\x20"
                      "Exif\0\0II*\0"),
                 WORD("\x89PNG\r\n\x1a\n"),
                 WORD("IDAT"),
                 WORD("IEND"),
                 WORD("PLTE"),
                 WORD("RIFF"),
                 WORD("WEBPVP8X"),
                 WORD("IxF2"),
                 WORD("IxFI"),
                 WORD("IHNf"),
                 WORD("IwFl"),
                 WORD("\"data_offsets\":[0,4]"),
                 WORD("\"BF16\""),
                 WORD("__metadata__"),
                 WORD("\"shape\":[-1]"),
                 WORD("{\"a\":"),
                 WORD("[[[[[[[["),
                 WORD("\\ud800"),
                 WORD("\"request_id\":\"x\","),
                 WORD("\"image\":\""),
                 WORD("data:image/png;base64,"),
                 WORD("null"),
                 WORD("\r\n\r\n"),
                 WORD("\r\n--"),
                 WORD("--\r\n"),
                 WORD("Content-Disposition: form-data; name=\"image\""),
                 WORD("filename=\""),
                 WORD("\0"),
                 WORD("\xc0\x80"),
                 WORD("\xed\xa0\x80"),
                 WORD("\xf4\x90\x80\x80"),
                 WORD("\xef\xbb\xbf"),
                 WORD("%n%s"),
                 WORD("=")};
#undef WORD
    size_t choice = below(random, sizeof words / sizeof *words);
    insert(in, below(random, in->size + 1), words[choice].data, words[choice].size);
}

typedef void mutate_fn(input *in, const corpus *seeds, uint64_t *random);

static mutate_fn *const mutations[] = {flip_bits,    set_bytes,       truncate_end,
                                       remove_range, duplicate_range, splice_other,
                                       edit_number,  edit_decimal,    insert_magic};

static void mutate(input *in, const corpus *seeds, uint64_t *random)
{
    for (size_t n = 1 + below(random, 4); n; n--)
        mutations[below(random, sizeof mutations / sizeof *mutations)](in, seeds, random);
}

/* Save the input in hand and die of the same signal. Only async-signal-safe calls. */
static void on_death(int number)
{
    char *path = current.path;
    size_t length = strlen(path);
    uint64_t power = 1;
    while (current.number / power >= 10)
        power *= 10;
    for (; power; power /= 10)
        path[length++] = (char)('0' + current.number / power % 10);
    path[length] = '\0';
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, current.data, current.size) == (ssize_t)current.size) {
        static const char text[] = "\nfuzz driver: the input is saved as ";
        (void)!write(STDERR_FILENO, text, sizeof text - 1);
        (void)!write(STDERR_FILENO, path, length);
        (void)!write(STDERR_FILENO, "\n", 1);
    }
    signal(number, SIG_DFL);
    raise(number);
}

/* A sanitizer's own handlers stay: their reports end in SIGABRT, which comes here. */
static void catch_deaths(void)
{
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old;
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            signal(numbers[i], on_death);
    }
}

static void run_one(const options *opts, const uint8_t *data, size_t size)
{
    /* A copy of exactly that size: a read one byte past the end is then seen by AddressSanitizer.
     */
    uint8_t *copy = must(malloc(size ? size : 1));
    if (size)
        memcpy(copy, data, size);
    current.data = copy;
    current.size = size;
    alarm((unsigned)opts->timeout_s);
    LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    current.number++;
    free(copy);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Returns how many mutations ran. */
static uint64_t run_mutations(const options *opts, const corpus *seeds)
{
    double start = seconds_now();
    input in = {must(malloc(opts->max_len)), 0, opts->max_len};
    uint64_t done = 0;
    for (; done < opts->runs; done++) {
        if (opts->max_total_time_s && seconds_now() - start > (double)opts->max_total_time_s)
            break;
        /* Every input depends on its number alone, not on those before it. */
        uint64_t random = opts->seed * 0x100000001b3u + done;
        const bytes *seed = &seeds->seeds[below(&random, seeds->count)];
        in.size = seed->size < in.room ? seed->size : in.room;
        if (in.size)
            memcpy(in.data, seed->data, in.size);
        mutate(&in, seeds, &random);
        run_one(opts, in.data, in.size);
    }
    free(in.data);
    return done;
}

/* Takes "-name=number" into its option; unknown ones of libFuzzer's are refused. */
static bool take_option(options *opts, const char *argument)
{
    const struct {
        const char *name;
        uint64_t *value;
    } table[] = {
        {"-runs=", &opts->runs},         {"-max_total_time=", &opts->max_total_time_s},
        {"-max_len=", &opts->max_len},   {"-seed=", &opts->seed},
        {"-timeout=", &opts->timeout_s},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t length = strlen(table[i].name);
        char *end;
        if (strncmp(argument, table[i].name, length) != 0)
            continue;
        *table[i].value = strtoull(argument + length, &end, 10);
        return end != argument + length && *end == '\0';
    }
    return false;
}

int main(int argc, char **argv)
{
    options opts = {10000, 0, 65536, 1, 10};
    corpus seeds = {NULL, 0};
    add_seed(&seeds, NULL, 0);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            add_path(&seeds, argv[i], 0);
        } else if (!take_option(&opts, argv[i]) || opts.max_len == 0) {
            fprintf(stderr, "fuzz driver: cannot use %s\n", argv[i]);
            return 2;
        }
    }
    if (argc > 1 && seeds.count == 1 && argv[argc - 1][0] != '-') {
        fprintf(stderr, "fuzz driver: none of the seeds could be read\n");
        return 1;
    }
    snprintf(current.path, sizeof current.path - 20, "crash-%s-", program_invocation_short_name);
    catch_deaths();
    for (size_t i = 0; i < seeds.count; i++)
        run_one(&opts, seeds.seeds[i].data, seeds.seeds[i].size);
    uint64_t mutated = run_mutations(&opts, &seeds);
    printf("%zu seeds and %llu mutations of them, stream %llu: no crash\n", seeds.count,
           (unsigned long long)mutated, (unsigned long long)opts.seed);
    for (size_t i = 0; i < seeds.count; i++)
        free(seeds.seeds[i].data);
    free(seeds.seeds);
    return 0;
}

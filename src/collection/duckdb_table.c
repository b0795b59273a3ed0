/* DuckDB sees the table as /proc/self/fd/N, an open descriptor of ours: such a path has no quotes,
 * no glob characters, no "s3://" and no "key=value" folders to be clever about, and it is the only
 * one on the list of allowed paths when external access is switched off and the configuration
 * locked. */
#include "collection/duckdb_table.h"

#include "base/buffer.h"
#include "base/memory.h"

#include <duckdb.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FD_PATH_BYTES     32
#define ARENA_BLOCK_BYTES (256 * 1024)

/* More columns than any catalogue has; keeps the text of queries small. */
#define MAX_COLUMNS 1000

/* One database in memory and the file it may touch. */
typedef struct db_session {
    duckdb_database database;
    duckdb_connection connection;
    int fd;
    char fd_path[FD_PATH_BYTES];
} db_session;

/* Settings that must hold before the database opens. */
static const struct {
    const char *name, *value;
} SETTINGS[] = {
    {"threads", "1"}, /* tables of this size are read before a second thread has started */
    {"memory_limit", "2GB"},
    {"temp_directory", ""},
    {"autoinstall_known_extensions", "false"},
    {"autoload_known_extensions", "false"},
    {"allow_community_extensions", "false"},
};

/* Copy the first line of DuckDB's message without the words in front that mean nothing to a
 * curator, and with the name of the file where DuckDB has the descriptor's. */
static ag_status set_error(ag_err *err, ag_status status, const db_session *session,
                           const char *message)
{
    char line[AG_ERR_MESSAGE_BYTES];
    size_t used = 0;
    const char *prefix = message ? strstr(message, " Error: ") : NULL;
    const char *at = prefix ? prefix + strlen(" Error: ") : message ? message : "DuckDB failed";

    if (strstr(at, "utf-8 encoded"))
        return ag_err_set(err, status, "the text is not UTF-8; save the table as \"CSV UTF-8\"");
    while (*at && *at != '\n' && used + 1 < sizeof line) {
        size_t skip = strlen(session->fd_path);
        if (strncmp(at, session->fd_path, skip) == 0) {
            used += (size_t)snprintf(line + used, sizeof line - used, "%.*s",
                                     (int)(sizeof line - used - 1), "table");
            at += skip;
        } else {
            line[used++] = *at++;
        }
    }
    line[used] = '\0';
    return ag_err_set(err, status, "%s", line);
}

/* Run a query whose rows are not wanted. */
static ag_status execute(const db_session *session, const char *sql, ag_err *err)
{
    duckdb_result result;
    ag_status status = AG_OK;

    if (duckdb_query(session->connection, sql, &result) == DuckDBError)
        status = set_error(err, AG_EIO, session, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return status;
}

static ag_status open_database(db_session *session, ag_err *err)
{
    duckdb_config config;
    char *message = NULL;
    ag_status status = AG_OK;

    if (duckdb_create_config(&config) == DuckDBError)
        return ag_err_set(err, AG_ENOMEM, "DuckDB has no memory");
    for (size_t i = 0; i < sizeof SETTINGS / sizeof SETTINGS[0] && !status; i++)
        if (duckdb_set_config(config, SETTINGS[i].name, SETTINGS[i].value) == DuckDBError)
            status =
                ag_err_set(err, AG_EUNSUPPORTED, "this DuckDB has no setting %s", SETTINGS[i].name);
    if (!status && duckdb_open_ext(NULL, &session->database, config, &message) == DuckDBError)
        status = set_error(err, AG_EIO, session, message);
    duckdb_free(message);
    duckdb_destroy_config(&config);
    if (!status && duckdb_connect(session->database, &session->connection) == DuckDBError)
        status = ag_err_set(err, AG_ENOMEM, "DuckDB cannot be used");
    return status;
}

static void session_fini(db_session *session)
{
    duckdb_disconnect(&session->connection);
    duckdb_close(&session->database);
    if (session->fd >= 0)
        close(session->fd);
}

/* Open the file and a database that is confined to it. */
static ag_status session_init(db_session *session, const char *path, int flags, ag_err *err)
{
    char sql[FD_PATH_BYTES + 64];
    struct stat stat;
    ag_status status;

    *session = (db_session){.fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0644)};
    if (session->fd < 0)
        return ag_err_set_errno(err, errno, "cannot open %s", path);
    snprintf(session->fd_path, sizeof session->fd_path, "/proc/self/fd/%d", session->fd);
    snprintf(sql, sizeof sql, "SET allowed_paths = ['%s']", session->fd_path);

    if (fstat(session->fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        status = ag_err_set(err, AG_EUNSUPPORTED, "%s is not a regular file", path);
        goto fail;
    }
    if ((status = open_database(session, err)) || (status = execute(session, sql, err)) ||
        (status = execute(session, "SET enable_external_access = false", err)) ||
        (status = execute(session, "SET lock_configuration = true", err)))
        goto fail;
    return AG_OK;
fail:
    session_fini(session);
    return status;
}

ag_status ag_table_init(ag_table *out, size_t column_count, size_t row_count, ag_err *err)
{
    ag_arena *arena = ag_arena_create(ARENA_BLOCK_BYTES);
    size_t column_bytes, cell_bytes;

    if (!ag_size_mul(&column_bytes, column_count, sizeof(ag_table_column)) ||
        !ag_size_mul(&cell_bytes, row_count, sizeof(char *)))
        goto fail;
    ag_table_column *columns = ag_arena_alloc(arena, column_bytes);
    if (!columns)
        goto fail;
    for (size_t i = 0; i < column_count; i++) {
        columns[i] = (ag_table_column){.name = "", .cells = ag_arena_alloc(arena, cell_bytes)};
        if (!columns[i].cells)
            goto fail;
        memset(columns[i].cells, 0, cell_bytes);
    }
    *out = (ag_table){columns, column_count, row_count, arena};
    return AG_OK;
fail:
    ag_arena_destroy(arena);
    return ag_err_set(err, AG_ENOMEM, "not enough memory for a table of %zu rows and %zu columns",
                      row_count, column_count);
}

void ag_table_fini(ag_table *table)
{
    ag_arena_destroy(table->arena);
    *table = (ag_table){0};
}

/* How columns of DuckDB's types are read: as which kind, by which SQL. */
typedef struct column_reading {
    ag_cell_kind kind;
    const char *before, *after; /* SQL around the column's name; NULL: left out */
} column_reading;

static bool is_json(duckdb_logical_type type)
{
    char *alias = duckdb_logical_type_get_alias(type);
    bool answer = alias && strcmp(alias, "JSON") == 0;

    duckdb_free(alias);
    return answer;
}

static column_reading reading_of(duckdb_logical_type type)
{
    static const column_reading text = {AG_CELL_TEXT, "", "::VARCHAR"};
    static const column_reading integer = {AG_CELL_INTEGER, "", "::VARCHAR"};
    static const column_reading real = {AG_CELL_REAL, "", "::VARCHAR"};
    static const column_reading boolean = {AG_CELL_BOOL, "", "::VARCHAR"};
    static const column_reading json = {AG_CELL_JSON, "to_json(", ")::VARCHAR"};

    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
        return boolean;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
        return integer;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
        return real;
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_UNION:
        return json;
    case DUCKDB_TYPE_BLOB:
        return (column_reading){AG_CELL_TEXT, NULL, NULL};
    default:
        return is_json(type) ? (column_reading){AG_CELL_JSON, "", "::VARCHAR"} : text;
    }
}

/* The SQL that reads the file as what its content and name say it is. */
static ag_status choose_source(const db_session *session, const char *path, char *out,
                               size_t out_bytes, ag_err *err)
{
    static const struct {
        const char *suffix, *sql;
    } FORMATS[] = {
        {".parquet", "read_parquet('%s', hive_partitioning = false)"},
        {".csv", "read_csv('%s', header = true, all_varchar = true, compression = 'none')"},
        {".tsv", "read_csv('%s', header = true, all_varchar = true, compression = 'none')"},
        {".json", "read_json('%s', compression = 'uncompressed')"},
        {".jsonl", "read_json('%s', compression = 'uncompressed')"},
        {".ndjson", "read_json('%s', compression = 'uncompressed')"},
    };
    char magic[4] = {0};
    const char *suffix = strrchr(path, '.');

    if (pread(session->fd, magic, sizeof magic, 0) == 4 && memcmp(magic, "PAR1", 4) == 0)
        suffix = FORMATS[0].suffix;
    for (size_t i = 0; suffix && i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        if (strcasecmp(suffix, FORMATS[i].suffix) == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the table's above */
            snprintf(out, out_bytes, FORMATS[i].sql, session->fd_path);
#pragma GCC diagnostic pop
            return AG_OK;
        }
    }
    return ag_err_set(err, AG_EUNSUPPORTED,
                      "not a table: .csv, .tsv, .json, .jsonl and .parquet are");
}

/* Columns of the table as the file has them, and the query that reads them as text. Columns are
 * named by position in the query, so that no name from the file is ever part of SQL. */
typedef struct table_layout {
    ag_buffer query;
    const char *names[MAX_COLUMNS]; /* borrowed from the prepared statement */
    ag_cell_kind kinds[MAX_COLUMNS];
    size_t count;
} table_layout;

static ag_status plan_query(table_layout *out, duckdb_prepared_statement statement,
                            const char *source, size_t max_rows, ag_err *err)
{
    const idx_t count = duckdb_prepared_statement_column_count(statement);

    if (count > MAX_COLUMNS)
        return ag_err_set(err, AG_ELIMIT, "the table has %llu columns; %d are the most",
                          (unsigned long long)count, MAX_COLUMNS);
    ag_buffer_printf(&out->query, "SELECT ");
    for (idx_t i = 0; i < count; i++) {
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
        const column_reading reading = reading_of(type);
        duckdb_destroy_logical_type(&type);
        if (!reading.before)
            continue;
        ag_buffer_printf(&out->query, "%s%sc%zu%s", out->count ? ", " : "", reading.before,
                         (size_t)i, reading.after);
        out->names[out->count] = duckdb_prepared_statement_column_name(statement, i);
        out->kinds[out->count++] = reading.kind;
    }
    if (out->count == 0)
        return ag_err_set(err, AG_EFORMAT, "the table has no columns");
    ag_buffer_printf(&out->query, " FROM %s AS t(", source);
    for (idx_t i = 0; i < count; i++)
        ag_buffer_printf(&out->query, "%sc%zu", i ? ", " : "", (size_t)i);
    ag_buffer_printf(&out->query, ") LIMIT %zu", max_rows + 1);
    return AG_OK;
}

static ag_status copy_column(ag_table *table, size_t column, duckdb_vector vector, size_t first,
                             size_t count)
{
    const char **cells = table->columns[column].cells + first;
    uint64_t *validity = duckdb_vector_get_validity(vector);
    duckdb_string_t *strings = duckdb_vector_get_data(vector);

    for (size_t i = 0; i < count; i++) {
        if (validity && !duckdb_validity_row_is_valid(validity, i))
            continue;
        cells[i] = ag_arena_strndup(table->arena, duckdb_string_t_data(&strings[i]),
                                    duckdb_string_t_length(strings[i]));
        if (!cells[i])
            return AG_ENOMEM;
    }
    return AG_OK;
}

static ag_status copy_rows(ag_table *table, duckdb_result *result, ag_err *err)
{
    duckdb_data_chunk chunk;
    size_t first = 0;

    while ((chunk = duckdb_fetch_chunk(*result))) {
        const size_t count = duckdb_data_chunk_get_size(chunk);
        ag_status status = AG_OK;
        for (size_t i = 0; i < table->column_count && !status; i++)
            status = copy_column(table, i, duckdb_data_chunk_get_vector(chunk, i), first, count);
        duckdb_destroy_data_chunk(&chunk);
        if (status)
            return ag_err_set(err, status, "not enough memory for the table");
        first += count;
    }
    return AG_OK;
}

static ag_status fill_table(ag_table *out, const table_layout *layout, duckdb_result *result,
                            ag_err *err)
{
    ag_table table;
    ag_status status = ag_table_init(&table, layout->count, duckdb_row_count(result), err);

    if (status)
        return status;
    for (size_t i = 0; i < layout->count; i++) {
        table.columns[i].name = ag_arena_strdup(table.arena, layout->names[i]);
        table.columns[i].kind = layout->kinds[i];
        if (!table.columns[i].name) {
            status = ag_err_set(err, AG_ENOMEM, "not enough memory for the table");
            goto fail;
        }
    }
    if ((status = copy_rows(&table, result, err)))
        goto fail;
    *out = table;
    return AG_OK;
fail:
    ag_table_fini(&table);
    return status;
}

/* Run the planned query and copy its rows. */
static ag_status read_rows(ag_table *out, const db_session *session, const table_layout *layout,
                           size_t max_rows, ag_err *err)
{
    duckdb_result result;
    ag_status status;

    if (duckdb_query(session->connection, (const char *)layout->query.data, &result) == DuckDBError)
        status = set_error(err, AG_EFORMAT, session, duckdb_result_error(&result));
    else if (duckdb_row_count(&result) > max_rows)
        status = ag_err_set(err, AG_ELIMIT, "the table has more than %zu rows", max_rows);
    else
        status = fill_table(out, layout, &result, err);
    duckdb_destroy_result(&result);
    return status;
}

static ag_status read_session(ag_table *out, const db_session *session, const char *path,
                              size_t max_rows, ag_err *err)
{
    char source[FD_PATH_BYTES + 128], query[sizeof source + 16];
    duckdb_prepared_statement statement = NULL;
    table_layout *layout = ag_xcalloc(1, sizeof *layout);
    ag_status status = choose_source(session, path, source, sizeof source, err);

    if (status)
        goto fail;
    snprintf(query, sizeof query, "SELECT * FROM %s", source);
    if (duckdb_prepare(session->connection, query, &statement) == DuckDBError) {
        status = set_error(err, AG_EFORMAT, session, duckdb_prepare_error(statement));
        goto fail;
    }
    if (!(status = plan_query(layout, statement, source, max_rows, err)))
        status = read_rows(out, session, layout, max_rows, err);
fail:
    for (size_t i = 0; i < layout->count; i++)
        duckdb_free((void *)(uintptr_t)layout->names[i]);
    duckdb_destroy_prepare(&statement);
    ag_buffer_fini(&layout->query);
    free(layout);
    return status;
}

ag_status ag_table_read(ag_table *out, const char *path, size_t max_rows, ag_err *err)
{
    db_session session;
    ag_status status = session_init(&session, path, O_RDONLY, err);

    if (status)
        return status;
    status = read_session(out, &session, path, max_rows, err);
    if (status)
        ag_err_prefix(err, "%s", path);
    session_fini(&session);
    return status;
}

/* Append "name" as SQL wants it, quotes doubled. */
static void append_identifier(ag_buffer *sql, const char *name)
{
    ag_buffer_printf(sql, "\"");
    for (const char *at = name; *at; at++)
        ag_buffer_printf(sql, *at == '"' ? "\"\"" : "%c", *at);
    ag_buffer_printf(sql, "\"");
}

/* CREATE TABLE t(c0 VARCHAR, …): every cell arrives as text and is cast on its way out. */
static ag_status create_table(const db_session *session, const ag_table *table, ag_err *err)
{
    ag_buffer sql = {0};

    ag_buffer_printf(&sql, "CREATE TABLE t(");
    for (size_t i = 0; i < table->column_count; i++)
        ag_buffer_printf(&sql, "%sc%zu VARCHAR", i ? ", " : "", i);
    ag_buffer_printf(&sql, ")");
    ag_status status = execute(session, (const char *)sql.data, err);
    ag_buffer_fini(&sql);
    return status;
}

static void fill_vector(duckdb_vector vector, const char **cells, size_t count)
{
    duckdb_vector_ensure_validity_writable(vector);
    for (size_t i = 0; i < count; i++) {
        if (cells[i])
            duckdb_vector_assign_string_element(vector, i, cells[i]);
        else
            duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), i);
    }
}

static ag_status append_rows(duckdb_appender appender, duckdb_logical_type *types,
                             const ag_table *table, ag_err *err)
{
    for (size_t first = 0; first < table->row_count; first += duckdb_vector_size()) {
        const size_t left = table->row_count - first;
        const size_t count = left < duckdb_vector_size() ? left : duckdb_vector_size();
        duckdb_data_chunk chunk = duckdb_create_data_chunk(types, table->column_count);

        for (size_t i = 0; i < table->column_count; i++)
            fill_vector(duckdb_data_chunk_get_vector(chunk, i), table->columns[i].cells + first,
                        count);
        duckdb_data_chunk_set_size(chunk, count);
        duckdb_state state = duckdb_append_data_chunk(appender, chunk);
        duckdb_destroy_data_chunk(&chunk);
        if (state == DuckDBError)
            return ag_err_set(err, AG_EIO, "DuckDB does not take the rows: %s",
                              duckdb_appender_error(appender));
    }
    return duckdb_appender_flush(appender) == DuckDBError
               ? ag_err_set(err, AG_EIO, "DuckDB does not take the rows")
               : AG_OK;
}

static ag_status fill_database(const db_session *session, const ag_table *table, ag_err *err)
{
    duckdb_appender appender = NULL;
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type *types = ag_xcalloc(table->column_count + 1, sizeof(duckdb_logical_type));
    ag_status status = create_table(session, table, err);

    for (size_t i = 0; i < table->column_count; i++)
        types[i] = text;
    if (!status && duckdb_appender_create(session->connection, NULL, "t", &appender) == DuckDBError)
        status = ag_err_set(err, AG_EIO, "DuckDB does not take the rows");
    if (!status)
        status = append_rows(appender, types, table, err);
    duckdb_appender_destroy(&appender);
    duckdb_destroy_logical_type(&text);
    free(types);
    return status;
}

ag_status ag_table_write_parquet(const ag_table *table, const char *path, const char *version,
                                 ag_err *err)
{
    static const char *const TYPES[] = {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "JSON"};
    db_session session;
    ag_buffer sql = {0};
    ag_status status = session_init(&session, path, O_RDWR | O_CREAT | O_TRUNC, err);

    if (status)
        return status;
    ag_buffer_printf(&sql, "COPY (SELECT ");
    for (size_t i = 0; i < table->column_count; i++) {
        ag_buffer_printf(&sql, "%sTRY_CAST(c%zu AS %s) AS ", i ? ", " : "", i,
                         TYPES[table->columns[i].kind]);
        append_identifier(&sql, table->columns[i].name);
    }
    ag_buffer_printf(&sql,
                     " FROM t) TO '%s' (FORMAT parquet, USE_TMP_FILE false, "
                     "KV_METADATA {artguide_version: '%s'})",
                     session.fd_path, version);
    if (!(status = fill_database(&session, table, err)))
        status = execute(&session, (const char *)sql.data, err);
    if (status)
        ag_err_prefix(err, "%s", path);
    ag_buffer_fini(&sql);
    session_fini(&session);
    return status;
}

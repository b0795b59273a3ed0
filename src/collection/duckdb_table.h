/* Tables in CSV, JSON and Parquet files, read and written through DuckDB.
 *
 * Each call opens a database of its own in memory that can touch the one file it is about: no other
 * path, no network, no extension that is not built in. Any thread (a table: one thread at a time).
 */
#ifndef AG_COLLECTION_DUCKDB_TABLE_H
#define AG_COLLECTION_DUCKDB_TABLE_H

#include "base/arena.h"
#include "base/status.h"

#include <stddef.h>

/* What the text of a cell is. */
typedef enum ag_cell_kind {
    AG_CELL_TEXT,    /* itself; dates and times in ISO 8601 */
    AG_CELL_INTEGER, /* a whole number of 64 bits */
    AG_CELL_REAL,    /* a number, "nan" and "inf" among them */
    AG_CELL_BOOL,    /* "true" or "false" */
    AG_CELL_JSON,    /* JSON of any type */
} ag_cell_kind;

typedef struct ag_table_column {
    const char *name; /* owned by the table, as all text here */
    ag_cell_kind kind;
    const char **cells; /* one a row, valid UTF-8; NULL where the table has nothing */
} ag_table_column;

typedef struct ag_table {
    ag_table_column *columns; /* column_count of them */
    size_t column_count;
    size_t row_count;
    ag_arena *arena; /* holds everything above */
} ag_table;

/* An empty table (no rows' cells yet) whose columns are to be filled in. AG_ENOMEM. */
AG_MUST_USE ag_status ag_table_init(ag_table *out, size_t column_count, size_t row_count,
                                    ag_err *err);
void ag_table_fini(ag_table *table);

/* Read a table: Parquet told by its content; else by name, CSV (.csv, .tsv; the first line names
 * the columns; every cell is text) or JSON (.json, .jsonl, .ndjson: objects in an array or one a
 * line). Columns of raw bytes are left out. AG_ENOTFOUND, AG_EFORMAT (with DuckDB's reason),
 * AG_EUNSUPPORTED, AG_ELIMIT (more than max_rows), AG_ENOMEM. *out is owned: ag_table_fini. */
AG_MUST_USE ag_status ag_table_read(ag_table *out, const char *path, size_t max_rows, ag_err *err);

/* Write a table as Parquet to path, in place (see ag_file_commit), with version among the file's
 * own key-value metadata ("artguide_version"). Kinds become VARCHAR, BIGINT, DOUBLE, BOOLEAN and
 * JSON; a cell that is not of its kind becomes null. AG_EIO, AG_ENOMEM. */
AG_MUST_USE ag_status ag_table_write_parquet(const ag_table *table, const char *path,
                                             const char *version, ag_err *err);

#endif

package search

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/store"
)

// version is the version of the tables and their contents. A change of either,
// or of how text is tokenized, changes it: the index is then rebuilt.
const version = "5"

const (
	metaVersion = "search.version"
	metaCursor  = "search.cursor"
)

// tables are created here, not by the store's migrations: they hold nothing
// that the documents do not, and differ by engine. An index term is a token to
// both engines: letters and digits only. Indexes begin with what distinguishes
// rows, since nearly all are of one service, which planners do not expect.
var tables = map[string][]string{
	"sqlite": {
		`CREATE VIRTUAL TABLE search_fts USING fts5(terms, content='', contentless_delete=1, detail=none,
			tokenize='ascii', prefix='2 3 4')`,
		`INSERT INTO search_fts (search_fts, rank) VALUES ('usermerge', 2)`, // see tidy
		`CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab('search_fts', 'instance')`,
		`CREATE TABLE search_document (id INTEGER PRIMARY KEY` + otherColumns + `)`,
		`CREATE TABLE search_term (service TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (term, service)) WITHOUT ROWID`,
		`CREATE TABLE search_trigram (service TEXT NOT NULL, trigram TEXT NOT NULL, term TEXT NOT NULL,
			PRIMARY KEY (trigram, term, service)) WITHOUT ROWID`,
	},
	"postgres": {
		// Terms are kept out of line: a common word is looked for in all rows that have it.
		`CREATE TABLE search_fts (rowid BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL) WITH (toast_tuple_target = 128)`,
		`ALTER TABLE search_fts ALTER COLUMN terms SET STORAGE EXTERNAL`,
		`CREATE INDEX search_fts_terms ON search_fts USING gin (terms) WITH (gin_pending_list_limit = 256)`,
		`CREATE TABLE search_document (id BIGINT PRIMARY KEY` + otherColumns + `)`,
		`CREATE TABLE search_term (service TEXT COLLATE "C" NOT NULL, term TEXT COLLATE "C" NOT NULL, PRIMARY KEY (term, service))`,
		`CREATE TABLE search_trigram (service TEXT COLLATE "C" NOT NULL, trigram TEXT COLLATE "C" NOT NULL, term TEXT COLLATE "C" NOT NULL,
			PRIMARY KEY (trigram, term, service))`,
	},
	"": { // both
		`CREATE UNIQUE INDEX search_document_key ON search_document (key, service)`,
		`CREATE INDEX search_document_api ON search_document (api, service)`,
		`CREATE TABLE search_queue (service TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (key, service))`,
		`CREATE TABLE search_number (next BIGINT NOT NULL)`,
		`INSERT INTO search_number (next) VALUES (1)`,
	},
}

var tableNames = []string{"search_vocabulary", "search_fts", "search_term", "search_trigram", "search_document", "search_queue", "search_number"}

const otherColumns = `, service TEXT NOT NULL, key TEXT NOT NULL, ref TEXT NOT NULL, api TEXT NOT NULL, api_id TEXT NOT NULL,
	name TEXT NOT NULL, title TEXT NOT NULL, api_title TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
	text TEXT NOT NULL, state TEXT NOT NULL`

const documentColumns = "id, service, key, ref, api, api_id, name, title, api_title, method, path, text, state"

// createTables creates empty tables, unless those of this version exist.
func createTables(tx *store.Tx, dialect string) error {
	have, err := tx.Meta(metaVersion)
	if err != nil || have == version {
		return err
	}
	for _, name := range tableNames {
		if err := tx.Exec("DROP TABLE IF EXISTS " + name); err != nil {
			return fmt.Errorf("drop table %s: %w", name, err)
		}
	}
	for _, statement := range append(slices.Clone(tables[dialect]), tables[""]...) {
		if err := tx.Exec(statement); err != nil {
			return fmt.Errorf("create the tables of the index: %w", err)
		}
	}
	if err := tx.SetMeta(metaCursor, ""); err != nil {
		return err
	}
	return tx.SetMeta(metaVersion, version)
}

// useIndexes keeps PostgreSQL from reading whole tables in this transaction. It
// would do so, because it keeps plans made when the tables were empty.
func useIndexes(tx *store.Tx, dialect string) error {
	if dialect != "postgres" {
		return nil
	}
	return query(tx, `SELECT set_config('enable_seqscan', 'off', true), ''`, nil, func(string, string) {})
}

// A document's row id is its class, the length of its title and a number:
// reading matches in row order gives APIs and short titles first.
const (
	classShift  = 56
	lengthShift = 48
	numberMask  = 1<<lengthShift - 1
)

func rowID(class, length int, number int64) int64 {
	return int64(class)<<classShift | int64(length)<<lengthShift | number&numberMask
}

func classOf(id int64) int { return int(id >> classShift) }

// batchSizes are the row counts of statements for many rows: few shapes, so that
// prepared statements are found again.
var batchSizes = [...]int{32, 8, 1}

// batches calls fn with consecutive pieces of all.
func batches[T any](all []T, fn func([]T) error) error {
	for _, size := range batchSizes {
		for len(all) >= size {
			if err := fn(all[:size]); err != nil {
				return err
			}
			all = all[size:]
		}
	}
	return nil
}

// insert writes rows of the columns "a, b", many in a statement.
func insert(tx *store.Tx, table, columns, tail string, rows [][]any) error {
	width := strings.Count(columns, ",") + 1
	return batches(rows, func(piece [][]any) error {
		tuples := make([]string, len(piece))
		var args []any
		for i, row := range piece {
			tuples[i] = "(" + placeholders(i*width+1, width) + ")"
			args = append(args, row...)
		}
		return tx.Exec("INSERT INTO "+table+" ("+columns+") VALUES "+strings.Join(tuples, ", ")+tail, args...)
	})
}

// placeholders is "$first, ..." with n of them.
func placeholders(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(first+i)
	}
	return strings.Join(all, ", ")
}

// query reads rows of one or two columns.
func query[A, B any](tx *store.Tx, statement string, args []any, row func(a A, b B)) error {
	rows, err := tx.Query(statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a A
		var b B
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		row(a, b)
	}
	return rows.Err()
}

// inKeys appends strings to arguments.
func withKeys(args []any, keys []string) []any {
	for _, k := range keys {
		args = append(args, k)
	}
	return args
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/portico-portal/portico/internal/store"
)

// pragmas hold on every connection. An acknowledged write survives power loss
// because of synchronous=FULL.
var pragmas = []string{
	"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(FULL)",
	"temp_store(MEMORY)", "cache_size(-8000)", "journal_size_limit(67108864)",
}

// engine is a SQLite file.
type engine struct {
	write   *sql.DB
	writer  *writer
	readers *readers
}

// Open opens the database file at path, which is made with mode 0600 when absent.
// Its folder must exist.
func Open(ctx context.Context, path string, opt store.Options) (*store.Store, error) {
	e, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	s, err := store.New(ctx, e, opt)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string) (*engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	e := &engine{}
	if e.write, err = sql.Open("sqlite", dsn(path)); err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", dsn(path, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, e.write.Close())
	}
	e.write.SetMaxOpenConns(1)
	if e.writer, err = startWriter(ctx, e.write); err != nil {
		return nil, errors.Join(err, read.Close(), e.write.Close())
	}
	e.readers = newReaders(read, max(4, 2*runtime.GOMAXPROCS(0)))
	return e, nil
}

func dsn(path string, more ...string) string {
	q := url.Values{"_pragma": append(append([]string{}, pragmas...), more...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (e *engine) Dialect() string  { return "sqlite" }
func (e *engine) SoleWriter() bool { return true }

// View reads a snapshot.
func (e *engine) View(ctx context.Context, fn func(store.Querier) error) error {
	return e.readers.view(ctx, fn)
}

func (e *engine) Update(ctx context.Context, _ bool, fn func(store.Querier) error) error {
	return e.writer.do(ctx, fn)
}

// Migrate is an update like another: BEGIN IMMEDIATE is the lock.
func (e *engine) Migrate(ctx context.Context, fn func(store.Querier) error) error {
	return e.writer.do(ctx, fn)
}

func (e *engine) Reserve(context.Context, store.Querier, int) (int64, error) {
	return 0, errors.New("sqlite: feed numbers are not reserved")
}

// Follow has nobody to follow: one process owns the file.
func (e *engine) Follow(context.Context, func()) {}

func (e *engine) Close() error {
	return errors.Join(e.writer.close(), e.readers.close(), e.write.Close())
}

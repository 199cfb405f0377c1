package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	driver "modernc.org/sqlite" // and the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/portico-portal/portico/internal/apim"
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
	writer  *writer // nil: the file takes no writes
	readers *readers
}

// Open opens the database file at path, which is made with mode 0600 when absent.
// Its folder must exist. A file that takes no writes, since the disk is full or
// read-only, is opened for reading.
func Open(ctx context.Context, path string, opt store.Options) (*store.Store, error) {
	s, err := openStore(ctx, path, opt)
	for attempt := 0; isBusy(err) && attempt < openAttempts && ctx.Err() == nil; attempt++ {
		time.Sleep(openPause) // another process is making the same file
		s, err = openStore(ctx, path, opt)
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, explained(err))
	}
	return s, nil
}

// How often, and how much apart, a file that is being made is opened.
const (
	openAttempts = 100
	openPause    = 20 * time.Millisecond
)

// isBusy reports whether another connection holds a lock that SQLite does not wait for.
func isBusy(err error) bool {
	var failure *driver.Error
	return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
}

func openStore(ctx context.Context, path string, opt store.Options) (*store.Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := mayCreate(path, opt.Create); err != nil {
		return nil, err
	}
	e, err := open(ctx, path)
	if err != nil && unwritable(err) && hasContent(path) {
		if opt.Logger != nil {
			opt.Logger.WarnContext(ctx, "the database is opened for reading only; make its folder writable, with room on the disk, and start again", "error", err)
		}
		e, err = openReadOnly(path)
	}
	if err == nil {
		err = e.refuseForeign(ctx)
	}
	if err != nil {
		return nil, err
	}
	return store.New(ctx, e, opt)
}

// refuseForeign fails, and closes the engine, if the file is another program's.
func (e *engine) refuseForeign(ctx context.Context) error {
	var tables, ours int
	err := e.View(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, `SELECT count(*), coalesce(sum(name = 'migration'), 0) FROM sqlite_master WHERE type = 'table'`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&tables, &ours); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err == nil && tables > 0 && ours == 0 {
		err = errors.New("the file is the database of another program: move it away, and restore the one of this service if there was one")
	}
	if err != nil {
		return errors.Join(err, e.Close())
	}
	return nil
}

// mayCreate asks before a file is made, or an empty one is filled. SQLite would
// delete a log that lies beside an empty file.
func mayCreate(path string, create func() error) error {
	if hasContent(path) {
		return nil
	}
	if log := path + "-wal"; hasContent(log) {
		return fmt.Errorf("the file is empty or missing but its log %s has content: restore the database, or move the log away", log)
	}
	if create == nil {
		return nil
	}
	return create()
}

func hasContent(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

func open(ctx context.Context, path string) (*engine, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, apim.DiskError(err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	e := &engine{}
	if e.write, err = sql.Open("sqlite", dsn(path, nil)); err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", dsn(path, nil, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, e.write.Close())
	}
	e.write.SetMaxOpenConns(1)
	if e.writer, err = startWriter(ctx, e.write); err != nil {
		return nil, errors.Join(known(err), read.Close(), e.write.Close())
	}
	e.readers = newReaders(read, max(4, 2*runtime.GOMAXPROCS(0)))
	return e, nil
}

// openReadOnly opens a file for reading only. Without a log nobody writes to it,
// and SQLite needs no file of its own beside it.
func openReadOnly(path string) (*engine, error) {
	mode := url.Values{"mode": {"ro"}}
	if !hasContent(path + "-wal") {
		mode.Set("immutable", "1")
	}
	read, err := sql.Open("sqlite", dsn(path, mode, "query_only(1)"))
	if err != nil {
		return nil, err
	}
	return &engine{readers: newReaders(read, max(4, 2*runtime.GOMAXPROCS(0)))}, nil
}

func dsn(path string, mode url.Values, more ...string) string {
	q := url.Values{"_pragma": append(slices.Clone(pragmas), more...)}
	if mode != nil { // what is only read keeps the journal it has
		q["_pragma"] = more
	}
	maps.Copy(q, mode)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (e *engine) Dialect() string  { return "sqlite" }
func (e *engine) SoleWriter() bool { return true }

// View reads a snapshot.
func (e *engine) View(ctx context.Context, fn func(store.Querier) error) error {
	return known(e.readers.view(ctx, fn))
}

func (e *engine) Update(ctx context.Context, _ bool, fn func(store.Querier) error) error {
	if e.writer == nil {
		return fmt.Errorf("update: %w", apim.ErrReadOnly)
	}
	return known(e.writer.do(ctx, fn))
}

// Migrate is an update like another: BEGIN IMMEDIATE is the lock.
func (e *engine) Migrate(ctx context.Context, fn func(store.Querier) error) error {
	return e.Update(ctx, true, fn)
}

func (e *engine) Reserve(context.Context, store.Querier, int) (int64, error) {
	return 0, errors.New("sqlite: feed numbers are not reserved")
}

// Follow has nobody to follow: one process owns the file.
func (e *engine) Follow(context.Context, func()) {}

func (e *engine) Close() error {
	if e.writer == nil {
		return e.readers.close()
	}
	return errors.Join(e.writer.close(), e.readers.close(), e.write.Close())
}

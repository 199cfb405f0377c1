package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/logfile"
	"github.com/portico-portal/portico/internal/store"
)

// Export writes the audit log as JSON lines to a file or to syslog. How far it
// came is stored: an entry that could not be written is written later, after a
// restart, too; after a crash the last ones may come twice.
type Export struct {
	store  *store.Store
	target string
	out    io.WriteCloser
	holder string // names this process among replicas
}

// The batches of an export, and how long a replica that has gone holds it.
const (
	batch = 500
	lease = 30 * time.Second
)

// OpenExport exports to "syslog:" (of this machine), "syslog:udp://HOST:PORT",
// "syslog:tcp://HOST:PORT", or else a file.
func OpenExport(s *store.Store, target string) (*Export, error) {
	e := &Export{store: s, target: target, holder: s.NewID()}
	var err error
	if to, ok := strings.CutPrefix(target, syslogPrefix); ok {
		e.out, err = openSyslog(to)
	} else {
		e.out, err = logfile.Open(target, s.Now)
	}
	return e, err
}

// Close closes the file or connection.
func (e *Export) Close() error { return e.out.Close() }

// cursor names the number of the last entry that was written.
func (e *Export) cursor() string { return "audit.exported/" + e.target }

// Step writes what is new. One replica at a time does.
func (e *Export) Step(ctx context.Context) error {
	for {
		mine, err := e.hold(ctx)
		if err != nil || !mine {
			return err
		}
		n, err := e.next(ctx)
		if err != nil || n < batch {
			return err
		}
	}
}

// hold reports whether this process is the one that exports. It writes only when
// the lease is half over, or there is none.
func (e *Export) hold(ctx context.Context) (mine bool, err error) {
	read := func(tx *store.Tx) (holder string, until time.Time, err error) {
		if holder, err = tx.Meta("audit.exporter"); err == nil {
			until, err = tx.Mark("audit.exporter")
		}
		return holder, until, err
	}
	fresh := false
	err = e.store.View(ctx, func(tx *store.Tx) error {
		holder, until, err := read(tx)
		left := until.Sub(tx.Now())
		if left > lease { // the clock went back
			left = 0
		}
		mine, fresh = holder == e.holder && left > 0, holder != e.holder && left > 0 || left > lease/2
		return err
	})
	if err != nil || fresh {
		return mine, err
	}
	return store.Write(ctx, e.store, store.Actor{Name: store.System}, func(tx *store.Tx) (bool, error) {
		holder, until, err := read(tx)
		if left := until.Sub(tx.Now()); err != nil || holder != e.holder && left > 0 && left <= lease {
			return false, err
		}
		if err := tx.SetMeta("audit.exporter", e.holder); err != nil {
			return false, err
		}
		return true, tx.SetMark("audit.exporter", tx.Now().Add(lease))
	})
}

// next writes the next entries and stores how far it came.
func (e *Export) next(ctx context.Context) (n int, err error) {
	entries, err := store.Read(ctx, e.store, func(tx *store.Tx) ([]store.AuditEntry, error) {
		text, err := tx.Meta(e.cursor())
		if err != nil {
			return nil, err
		}
		last, _ := strconv.ParseInt(text, 10, 64) // "" is 0
		return tx.AuditLog(store.AuditQuery{After: last, Oldest: true, Limit: batch})
	})
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	for _, entry := range entries {
		line, err := json.Marshal(EntryOf(entry))
		if err == nil {
			_, err = e.out.Write(append(line, '\n'))
		}
		if err != nil {
			return 0, fmt.Errorf("write the audit log to %s: %w", e.target, err)
		}
	}
	last := strconv.FormatInt(entries[len(entries)-1].Seq, 10)
	return len(entries), e.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error { return tx.SetMeta(e.cursor(), last) })
}

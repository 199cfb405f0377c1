package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/routine"
)

// Options are what every engine needs besides its address.
type Options struct {
	Service string           // name of the service; empty: "portico"
	Key     []byte           // 32 bytes, encrypts secrets
	OldKeys [][]byte         // earlier keys, for decryption; Key replaces the newest of them
	Now     func() time.Time // nil: time.Now
	Rand    io.Reader        // nil: crypto/rand
	Logger  *slog.Logger     // nil: discards
	// Create is asked before an empty database becomes a service's: its error
	// says why it must not, and stops the start. nil: it always may.
	Create func() error
}

// Store is one service's data. It is safe for concurrent use.
type Store struct {
	engine  Engine
	service string
	now     func() time.Time
	random  *lockedReader
	logger  *slog.Logger
	secrets *keyring
	watch   watchers
	refused atomic.Bool // the last update failed since nothing can be stored
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// New migrates the engine's database to the newest schema, checks the key and
// makes a Store. It closes the engine if it fails.
func New(ctx context.Context, engine Engine, opt Options) (*Store, error) {
	s := newStore(engine, opt)
	if err := s.open(ctx, opt); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.done.Add(1)
	s.follow(follow)
	return s, nil
}

// follow hears of changes that other processes make, until ctx ends.
func (s *Store) follow(ctx context.Context) {
	routine.Go(func() error { s.engine.Follow(ctx, s.watch.wake); return nil }, func(err error) {
		if err == nil || ctx.Err() != nil {
			s.done.Done()
			return
		}
		s.logger.Error("following the database failed; it begins anew", "error", err)
		time.Sleep(followPause)
		s.follow(ctx)
	})
}

// followPause is the wait before following the database begins anew.
const followPause = time.Second

// create is Create, if there is one.
func (opt Options) create() error {
	if opt.Create == nil {
		return nil
	}
	return opt.Create()
}

func newStore(engine Engine, opt Options) *Store {
	s := &Store{
		engine: engine, service: opt.Service, now: opt.Now, logger: opt.Logger,
		random: &lockedReader{r: opt.Rand},
	}
	s.service = cmp.Or(s.service, "portico")
	if s.now == nil {
		s.now = time.Now
	}
	if opt.Rand == nil {
		s.random.r = rand.Reader
	}
	s.logger = cmp.Or(s.logger, slog.New(slog.DiscardHandler))
	return s
}

func (s *Store) open(ctx context.Context, opt Options) error {
	if err := migrate(ctx, s.engine, opt.create, s.Now()); err != nil {
		return err
	}
	ring, err := newKeyring(opt.Key, opt.OldKeys, s.random)
	if err != nil {
		return err
	}
	s.secrets = ring
	// Only the first run and a rotation write, and so wait for other writers.
	err = s.View(ctx, ring.bind)
	if errors.Is(err, errReadOnly) {
		err = s.UpdateAlone(ctx, Actor{Name: System}, ring.bind)
	}
	if err != nil {
		return err
	}
	return s.sealStored(ctx)
}

// Close waits for running transactions and closes the database.
func (s *Store) Close() error {
	s.stop()
	s.done.Wait()
	return s.engine.Close()
}

// Dialect is "sqlite" or "postgres", for packages with their own statements.
func (s *Store) Dialect() string { return s.engine.Dialect() }

// Logger is where the store logs.
func (s *Store) Logger() *slog.Logger { return s.logger }

// Service is the name of the store's service.
func (s *Store) Service() string { return s.service }

// Now is the time in UTC, truncated to microseconds, as stored.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// NewID makes a random id of 24 hexadecimal characters.
func (s *Store) NewID() string { return hex.EncodeToString(s.Random(12)) }

// NewKey makes a random subscription key of 32 hexadecimal characters.
func (s *Store) NewKey() string { return hex.EncodeToString(s.Random(16)) }

// Random makes n random bytes.
func (s *Store) Random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.random, b); err != nil {
		panic(fmt.Sprintf("store: random source: %v", err)) // crypto/rand never fails
	}
	return b
}

// kindPath is the declared spelling of a kind path; an undeclared one is lower case.
func kindPath(path string) string {
	if k := apim.KindByPath(path); k != nil {
		return k.Path
	}
	return strings.ToLower(path)
}

// View runs fn on one snapshot.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	return s.engine.View(ctx, func(q Querier) error {
		return fn(&Tx{s: s, ctx: ctx, q: q, now: s.Now()})
	})
}

// Update runs fn in a transaction and returns after it is committed and on
// disk. An error of fn, or the end of the context, rolls it back. fn may be run
// again (serialization failures), so its only effects must be on tx.
// Transactions behave as if run one after another. An Update inside an Update
// fails.
func (s *Store) Update(ctx context.Context, actor Actor, fn func(tx *Tx) error) error {
	return s.update(ctx, false, actor, fn)
}

// UpdateAlone is an Update at the same time as no other in any replica, for
// provisioning and key rotation.
func (s *Store) UpdateAlone(ctx context.Context, actor Actor, fn func(tx *Tx) error) error {
	return s.update(ctx, true, actor, fn)
}

// Read returns what read finds on one read snapshot.
func Read[T any](ctx context.Context, s *Store, read func(tx *Tx) (T, error)) (found T, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		found, err = read(tx)
		return err
	})
	return unlessFailed(found, err)
}

// Write returns what write makes in an Update.
func Write[T any](ctx context.Context, s *Store, actor Actor, write func(tx *Tx) (T, error)) (made T, err error) {
	err = s.Update(ctx, actor, func(tx *Tx) error {
		made, err = write(tx)
		return err
	})
	return unlessFailed(made, err)
}

// unlessFailed drops the value that comes with an error: half of it may be there.
func unlessFailed[T any](x T, err error) (T, error) {
	if err != nil {
		x = *new(T)
	}
	return x, err
}

// insideUpdate marks the context of a running Update.
type insideUpdate struct{}

func (s *Store) update(ctx context.Context, alone bool, actor Actor, fn func(tx *Tx) error) error {
	if ctx.Value(insideUpdate{}) == s {
		return errors.New("store: update inside an update")
	}
	inner := context.WithValue(ctx, insideUpdate{}, s)
	changed := false
	err := s.engine.Update(ctx, alone, func(q Querier) error {
		tx := &Tx{s: s, ctx: inner, q: q, now: s.Now(), actor: actor, writable: true}
		if err := fn(tx); err != nil {
			return err
		}
		changed = len(tx.changes) > 0
		return tx.flush()
	})
	if err == nil || apim.Unwritable(err) {
		s.refused.Store(err != nil)
	}
	if err == nil && changed {
		s.watch.wake()
	}
	return err
}

// Writable returns why nothing can be stored, as the last update found and a
// small one finds now; nil when something can.
func (s *Store) Writable(ctx context.Context) error {
	if !s.refused.Load() {
		return nil
	}
	return s.Update(ctx, Actor{Name: System}, func(tx *Tx) error {
		return tx.SetMeta(metaWritable, hex.EncodeToString(s.Random(1<<10)))
	})
}

// Watch returns a channel that receives after commits that changed something,
// in this or another process; several pending wake-ups are one. stop ends it.
func (s *Store) Watch() (wake <-chan struct{}, stop func()) { return s.watch.add() }

// watchers wakes the followers of the change feed.
type watchers struct {
	mu  sync.Mutex
	all map[chan struct{}]bool
}

func (w *watchers) add() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[chan struct{}]bool{}
	}
	w.all[ch] = true
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, ch)
	}
}

func (w *watchers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.all {
		select {
		case ch <- struct{}{}:
		default: // a wake-up is already pending
		}
	}
}

// lockedReader makes a random source safe for concurrent use.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

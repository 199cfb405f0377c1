package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// Two transactions on PostgreSQL, of two replicas: the one that wrote first
// commits last. A consumer that has read up to the first commit must still find it.
func TestAChangeCommittedLaterHasTheHigherNumber(t *testing.T) {
	db, ok := storetest.Postgres(t)
	if !ok {
		t.Log("not run: it is about PostgreSQL")
		return
	}
	slow, quick := db.Store(t), db.Store(t)
	wrote, committed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	late := doc("/apis/late;rev=1")
	done := make(chan error, 1)
	go func() {
		done <- slow.Update(t.Context(), admin, func(tx *store.Tx) error {
			err := tx.Put(late)
			once.Do(func() { close(wrote) })
			<-committed
			return err
		})
	}()
	<-wrote
	put(t, quick, "/products/early")
	seen := lastSeq(t, quick)
	close(committed)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	same(t, "changes after what was seen", changes(t, quick, seen), []string{"put /apis/late;rev=1"})
	view(t, quick, func(tx *store.Tx) error {
		d, err := tx.Get("/apis/late;rev=1")
		if err == nil && (d.Seq != late.Seq || d.Seq <= seen) {
			t.Errorf("stored seq %d, returned %d, seen before %d", d.Seq, late.Seq, seen)
		}
		return err
	})
}

func TestAFollowerOfTheFeedMissesNothing(t *testing.T) {
	const writers, each = 4, 25
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		wake, stop := s.Watch()
		defer stop()
		var running sync.WaitGroup
		defer running.Wait()
		for w := range writers {
			running.Go(func() {
				for i := range each {
					err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
						return tx.Put(doc(apim.Ref(fmt.Sprintf("/apis/a%d;rev=1/operations/op%d", w, i))))
					})
					if err != nil {
						t.Errorf("writer %d: %v", w, err)
						return
					}
				}
			})
		}
		var seen int64
		keys := map[apim.Key]bool{}
		deadline := time.After(time.Minute)
		for len(keys) < writers*each && !t.Failed() {
			select {
			case <-wake:
			case <-deadline:
				t.Fatalf("%d of %d changes after a minute", len(keys), writers*each)
			}
			view(t, s, func(tx *store.Tx) error {
				cs, err := tx.Changes(seen, 1000)
				for _, c := range cs {
					keys[c.Key] = true
					seen = c.Seq
				}
				return err
			})
		}
	})
}

func TestAReplicaIsWokenByTheOther(t *testing.T) {
	db, ok := storetest.Postgres(t)
	if !ok {
		t.Log("not run: it is about PostgreSQL")
		return
	}
	a, b := db.Store(t), db.Store(t)
	wake, stop := b.Watch()
	defer stop()
	for i := range 5 {
		put(t, a, apim.Ref(fmt.Sprintf("/tags/t%d", i)))
		for found := false; !found; {
			select {
			case <-wake:
			case <-time.After(10 * time.Second):
				t.Fatal("no wake-up after ten seconds")
			}
			found = len(changes(t, b, 0)) > i
		}
	}
}

func TestWakeUpsAreCoalescedAndEndWithStop(t *testing.T) {
	s := storetest.Open(t)
	wake, stop := s.Watch()
	put(t, s, "/tags/a")
	put(t, s, "/tags/b")
	<-wake
	update(t, s, func(tx *store.Tx) error { return tx.SetMeta("m", "not a change") })
	select {
	case <-wake:
		t.Error("a second wake-up for two changes, or one for none")
	default:
	}
	stop()
	put(t, s, "/tags/c")
	select {
	case <-wake:
		t.Error("a wake-up after stop")
	default:
	}
}

// Both read that there is no product, then each adds one: only one may.
func TestUpdatesBehaveAsIfOneAfterAnother(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		stores := []*store.Store{db.Store(t), db.Store(t)}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := stores[i%2].Update(t.Context(), admin, func(tx *store.Tx) error {
					n, err := tx.Count("products", "")
					if err != nil || n > 0 {
						return err
					}
					return tx.Put(doc(apim.Ref(fmt.Sprintf("/products/p%d", i))))
				})
				if err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		same(t, "products", len(changes(t, stores[0], 0)), 1)
	})
}

func TestConcurrentIncrementsAreAllCounted(t *testing.T) {
	const workers, each = 6, 10
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/tags/n", Body: json.RawMessage(`0`)})
		})
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range each {
					err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
						d, err := tx.Get("/tags/n")
						if err != nil {
							return err
						}
						var n int
						if err := json.Unmarshal(d.Body, &n); err != nil {
							return err
						}
						d.Body = json.RawMessage(fmt.Sprint(n + 1))
						return tx.Put(d)
					})
					if err != nil {
						t.Errorf("increment: %v", err)
					}
				}
			})
		}
		wg.Wait()
		view(t, s, func(tx *store.Tx) error {
			d, err := tx.Get("/tags/n")
			if err == nil {
				same(t, "counted", string(d.Body), fmt.Sprint(workers*each))
			}
			return err
		})
	})
}

func TestThePrunedFeedKeepsWeekAndNewest(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		var clock atomic.Pointer[time.Time]
		start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		at := func(d time.Duration) { now := start.Add(d); clock.Store(&now) }
		at(0)
		opt := storetest.Options()
		opt.Now = func() time.Time { return *clock.Load() }
		s, err := db.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		put(t, s, "/tags/a", "/tags/b")
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.Delete("/tags/b"), tx.PutSession("id", store.Session{UserID: "1", ExpiresAt: start.Add(time.Hour)}))
		})
		tags := collectionSeq(t, s, "tags")
		at(6 * 24 * time.Hour)
		put(t, s, "/groups/g")
		at(8 * 24 * time.Hour)
		if err := s.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, "kept", changes(t, s, 0), []string{"put /groups/g"})
		if now := collectionSeq(t, s, "tags"); now < tags {
			t.Errorf("the tags' number fell from %d to %d", tags, now)
		}
		view(t, s, func(tx *store.Tx) error {
			oldest, err := tx.OldestSeq()
			same(t, "oldest", oldest, tags+1)
			return err
		})
		at(80 * 24 * time.Hour)
		if err := s.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, "the newest is kept for ever", changes(t, s, 0), []string{"put /groups/g"})
		before := lastSeq(t, s)
		put(t, s, "/groups/h")
		if lastSeq(t, s) <= before {
			t.Error("numbers start again after pruning")
		}
	})
}

// Two services share a database, and only one of them prunes: the other's old
// changes are no reason to believe that its own are all there, nor are its own gone
// because the other's are.
func TestTheBoundsOfTheFeedAreThoseOfTheService(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		var clock atomic.Pointer[time.Time]
		now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		clock.Store(&now)
		open := func(service string) *store.Store {
			opt := storetest.Options()
			opt.Service, opt.Now = service, func() time.Time { return *clock.Load() }
			s, err := db.Open(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
		pruning, keeping := open("pruning"), open("keeping")
		put(t, keeping, "/tags/first")
		put(t, pruning, "/tags/a", "/tags/b")
		read := lastSeq(t, pruning)
		kept := lastSeq(t, keeping)
		put(t, pruning, "/tags/missed")
		later := now.Add(30 * 24 * time.Hour)
		clock.Store(&later)
		put(t, pruning, "/tags/c")
		if err := pruning.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		bounds := func(s *store.Store) (oldest, last int64) {
			view(t, s, func(tx *store.Tx) (err error) {
				if oldest, err = tx.OldestSeq(); err == nil {
					last, err = tx.LastSeq()
				}
				return err
			})
			return oldest, last
		}
		if oldest, _ := bounds(pruning); oldest <= read+1 {
			t.Errorf("a consumer that has read up to %d missed a change, and is told that all are kept from %d", read, oldest)
		}
		oldest, last := bounds(keeping)
		if last != kept {
			t.Errorf("the last change of the service that wrote once is %d, want %d", last, kept)
		}
		if oldest > 1 {
			t.Errorf("a service that pruned nothing keeps its changes from %d only", oldest)
		}
	})
}

func collectionSeq(t *testing.T, s *store.Store, kind string) (seq int64) {
	t.Helper()
	view(t, s, func(tx *store.Tx) (err error) {
		seq, err = tx.CollectionSeq(kind, "")
		return err
	})
	return seq
}

func TestTheAuditLogTellsWhoDidWhatWithoutSecrets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		body := json.RawMessage(`{"displayName":"x","primaryKey":"abc","auth":[{"ClientSecret":"def","note":1}],"pass\u0077ord":"ghi"}`)
		update(t, s, func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/subscriptions/S", Body: body})
		})
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.Link(apim.GroupUser, "/groups/g", "/users/u")
			return errors.Join(err, tx.Audit("regeneratePrimaryKey", "/subscriptions/s", nil, nil), tx.Delete("/subscriptions/s"))
		})
		view(t, s, func(tx *store.Tx) error {
			log, err := tx.AuditLog(store.AuditQuery{Resource: "/subscriptions/S", Limit: 10})
			var actions []string
			for _, e := range log {
				actions = append(actions, e.Action)
				same(t, "actor", e.Actor, admin)
				for _, secret := range []string{"abc", "def", "ghi"} {
					if strings.Contains(string(e.Before)+string(e.After), secret) {
						t.Errorf("%s shows the secret %s: %s %s", e.Action, secret, e.Before, e.After)
					}
				}
			}
			same(t, "newest first", actions, []string{"delete", "regeneratePrimaryKey", "put"})
			d, err2 := tx.AuditLog(store.AuditQuery{Limit: 2})
			same(t, "limit", len(d), 2)
			return errors.Join(err, err2)
		})
	})
}

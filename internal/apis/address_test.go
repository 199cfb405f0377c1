package apis_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// putSet makes or changes a version set.
func (f *fixture) putSet(ref apim.Ref, set apim.VersionSet) error {
	f.t.Helper()
	return f.Store.Update(f.t.Context(), actor, func(tx *store.Tx) error {
		old, err := tx.Get(ref)
		if err != nil && !errors.Is(err, apim.ErrNotFound) {
			return err
		}
		set.DisplayName = "Set"
		_, err = apis.PutVersionSet(tx, ref, old, &set)
		return err
	})
}

func version(path, set, version string) object {
	return object{"path": path, "apiVersion": version, "apiVersionSetId": "/apiVersionSets/" + set}
}

// wantTaken expects a conflict with the address of another API.
func (f *fixture) wantTaken(what, target string, err error) {
	f.t.Helper()
	var conflict *apim.ConflictError
	if !errors.As(err, &conflict) || conflict.Target != target {
		f.t.Errorf("%s: %v, want a conflict of %s", what, err, target)
	}
}

func TestTheSecondAPIAtAnAddressIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		for id, set := range map[apim.Ref]apim.VersionSet{
			"/apiVersionSets/s": {VersioningScheme: apim.SchemeSegment},
			"/apiVersionSets/q": {VersioningScheme: apim.SchemeQuery, VersionQueryName: "v"},
		} {
			if err := f.putSet(id, set); err != nil {
				t.Fatal(err)
			}
		}
		f.must("/apis/plain", object{"path": "foo/v1"}, "")
		_, err := f.write("/apis/versioned", version("foo", "s", "v1"), "")
		f.wantTaken("a version at a path", "path", err)
		f.must("/apis/versioned", version("foo", "s", "v2"), "")
		_, err = f.write("/apis/other", object{"path": "FOO/V2"}, library)
		f.wantTaken("a path at a version", "path", err)
		_, err = f.write("/apis/plain", object{"path": "fo%6F/v2"}, "")
		f.wantTaken("a new path for an API that is there", "path", err)
		f.must("/apis/plain", object{"path": "foo/v1"}, "") // its own address does not collide

		// Where revisions are called counts when they become current.
		f.must("/apis/versioned;rev=2", version("bar", "s", "v2"), "")
		f.must("/apis/bar", object{"path": "bar/v2"}, "")
		_, err = f.write("/apis/versioned;rev=2", object{"path": "bar", "apiVersion": "v2", "apiVersionSetId": "/apiVersionSets/s", "isCurrent": true}, "")
		f.wantTaken("a revision that becomes current", "path", err)
		err = f.release("/apis/versioned/releases/r", "/apis/versioned;rev=2")
		f.wantTaken("a release", "path", err)
		f.update(func(tx *store.Tx) error { return apis.Delete(tx, "/apis/bar;rev=1", false) })
		if err := f.release("/apis/versioned/releases/r", "/apis/versioned;rev=2"); err != nil {
			t.Errorf("a release when the address is free: %v", err)
		}

		// A version set moves all of its APIs.
		f.must("/apis/queried", version("api", "q", "one"), "")
		f.must("/apis/taken", object{"path": "api/one"}, "")
		f.wantTaken("another scheme", "versioningScheme", f.putSet("/apiVersionSets/q", apim.VersionSet{VersioningScheme: apim.SchemeSegment}))
		if err := f.putSet("/apiVersionSets/q", apim.VersionSet{VersioningScheme: apim.SchemeHeader, VersionHeaderName: "x-v"}); err != nil {
			t.Errorf("a scheme that moves nothing: %v", err)
		}
	})
}

func (f *fixture) release(ref, revision apim.Ref) error {
	f.t.Helper()
	return f.Store.Update(f.t.Context(), actor, func(tx *store.Tx) error {
		_, err := apis.PutRelease(tx, ref, nil, &apim.Release{APIID: string(revision)})
		return err
	})
}

// Two writers at once come to the same answer as one after the other.
func TestOfTwoWritersOneGetsTheAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		if err := f.putSet("/apiVersionSets/s", apim.VersionSet{VersioningScheme: apim.SchemeSegment}); err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			path := fmt.Sprintf("p%d", n)
			errs := make([]error, 2)
			var both sync.WaitGroup
			both.Go(func() { _, errs[0] = f.write(apim.APIRef(apim.Name("plain-"+path)), object{"path": path + "/v1"}, "") })
			both.Go(func() { _, errs[1] = f.write(apim.APIRef(apim.Name("versioned-"+path)), version(path, "s", "v1"), "") })
			both.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, apim.ErrConflict) {
					t.Errorf("%s: %v, want a conflict", path, err)
				}
			}
			if won != 1 {
				t.Errorf("%d writers have the address %s/v1: %v", won, path, errs)
			}
		}
	})
}

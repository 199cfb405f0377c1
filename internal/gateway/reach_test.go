package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// candidate is an API that may have the address of another.
type candidate struct {
	id  string
	api apim.API
	set *apim.VersionSet
}

// candidates are APIs at addresses that are much alike, in some order.
func candidates(seed uint64) []candidate {
	var all []candidate
	add := func(path, set, version string) {
		c := candidate{id: fmt.Sprintf("api-%d", len(all)), api: apim.API{Path: path, APIVersion: version}}
		if set != "" {
			c.api.APIVersionSetID, c.set = "/apiVersionSets/"+set, versionSets[set]
		}
		all = append(all, c)
	}
	for _, path := range []string{"foo", "FOO/v1", "f%6Fo", "foo/v1/v1", "", "v1"} {
		add(path, "", "")
		for _, set := range slices.Sorted(maps.Keys(versionSets)) {
			for _, version := range []string{"", "v1", "V1", "v2", "v1/v1"} {
				add(path, set, version)
			}
		}
	}
	random := rand.New(rand.NewPCG(seed, 1))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

var versionSets = map[string]*apim.VersionSet{
	"seg": {DisplayName: "S", VersioningScheme: apim.SchemeSegment},
	"que": {DisplayName: "Q", VersioningScheme: apim.SchemeQuery, VersionQueryName: "v"},
	"hea": {DisplayName: "H", VersioningScheme: apim.SchemeHeader, VersionHeaderName: "x-version"},
}

// TestEveryAPIThatIsAcceptedIsReached writes many APIs at addresses that are much
// alike. Some are refused; each of the others gets the calls to its address.
func TestEveryAPIThatIsAcceptedIsReached(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("order ", seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t, nil)
			accepted := s.writeCandidates(candidates(seed))
			s.load()
			for _, c := range accepted {
				g := c.api.GatewayAddress(c.set)
				r, err := http.NewRequest(http.MethodGet, c.api.Address(s.url, c.set)+"/ping", nil)
				if err != nil {
					t.Fatal(err)
				}
				switch g.Scheme {
				case apim.SchemeQuery:
					r.URL.RawQuery = g.Name + "=" + g.Version
				case apim.SchemeHeader:
					r.Header.Set(g.Name, g.Version)
				}
				var got received
				if status := s.fetch(r, &got); status != http.StatusOK || !strings.HasPrefix(got.URI, "/"+c.id+"/") {
					t.Errorf("%s (path %q, version %q of %q) is not reached by %s %v: status %d, %s",
						c.id, c.api.Path, c.api.APIVersion, c.api.APIVersionSetID, r.URL, r.Header, status, got.URI)
				}
			}
		})
	}
}

// writeCandidates returns those that were accepted.
func (s *service) writeCandidates(all []candidate) (accepted []candidate) {
	s.t.Helper()
	blobs, err := blob.Folder(s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	writer, actor := &apis.Service{Store: s.store, Blobs: blobs}, store.Actor{Name: "test"}
	err = s.store.Update(s.t.Context(), actor, func(tx *store.Tx) error {
		for name, set := range versionSets {
			copied := *set
			if _, err := apis.PutVersionSet(tx, apim.Ref("").Child(apim.VersionSets.Path, apim.Name(name)), nil, &copied); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range all {
		properties, err := json.Marshal(map[string]any{
			"path": c.api.Path, "apiVersion": c.api.APIVersion, "apiVersionSetId": c.api.APIVersionSetID, "subscriptionRequired": false,
			"serviceUrl": s.backend.URL + "/" + c.id, "protocols": []string{"http", "https"},
			"format": "openapi", "value": `{"openapi":"3.0.3","info":{"title":"T"},"paths":{"/ping":{"get":{"responses":{"200":{"description":"ok"}}}}}}`,
		})
		if err != nil {
			s.t.Fatal(err)
		}
		_, err = writer.Write(s.t.Context(), actor, apis.Request{Ref: apim.APIRef(apim.Name(c.id)), Properties: properties})
		if err == nil {
			accepted = append(accepted, c)
		} else if !errors.Is(err, apim.ErrConflict) {
			s.t.Fatalf("%s: %v", c.id, err)
		}
	}
	if len(accepted) < 6 || len(accepted) == len(all) {
		s.t.Fatalf("%d of %d APIs are accepted", len(accepted), len(all))
	}
	return accepted
}

// fetch sends a request and decodes what the backend received.
func (s *service) fetch(r *http.Request, got *received) int {
	s.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	_ = json.NewDecoder(answer.Body).Decode(got) // the gateway's own errors have other members
	return answer.StatusCode
}

package clients

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// lifecycle is what the SDK can do with one kind. Each function calls one method of a client.
type lifecycle struct {
	name string
	ids  []string
	// sent is the body of a PUT, whose properties must come back from GET.
	sent func(id string) any
	// hidden are properties that no answer may show.
	hidden  []string
	put     func(id string, body any) (any, error)
	get     func(id string) (any, error)
	head    func(id string) (any, error)                                            // nil: the SDK has none
	update  func(id, etag string) (any, error)                                      // nil: the SDK has none
	after   map[string]any                                                          // properties after update
	list    func(filter *string, top *int32) (names []string, pages int, err error) // follows all pages
	filter  string                                                                  // finds ids[0] and no other of ids; "": the SDK's list has none
	unpaged bool                                                                    // the SDK's list has no $top
	remove  func(id, etag string) error                                             // nil: the SDK has none
}

// run takes a kind from nothing to nothing.
func (l lifecycle) run(t *testing.T) {
	first := l.ids[0]
	if l.remove != nil {
		_, err := l.get(first)
		wantStatus(t, "GET before PUT", err, http.StatusNotFound)
	}
	stale := l.create(t)
	l.update1(t, first, stale)
	l.lists(t)
	if l.remove == nil {
		return
	}
	for _, id := range l.ids {
		answer, err := l.get(id)
		must(t, "GET "+id, err)
		wantStatus(t, "DELETE with a stale ETag", l.remove(id, `"stale"`), http.StatusPreconditionFailed)
		must(t, "DELETE "+id, l.remove(id, etagOf(answer)))
		_, err = l.get(id)
		wantStatus(t, "GET after DELETE", err, http.StatusNotFound)
		if l.head != nil {
			if answer, err := l.head(id); err == nil && reflect.ValueOf(answer).FieldByName("Success").Bool() {
				t.Errorf("HEAD finds %s after DELETE", id)
			}
		}
	}
	names, _, err := l.list(nil, nil)
	must(t, "list after DELETE", err)
	for _, id := range l.ids {
		if slices.Contains(names, id) {
			t.Errorf("%s is listed after DELETE: %v", id, names)
		}
	}
}

// create puts all ids and returns the first one's ETag.
func (l lifecycle) create(t *testing.T) string {
	t.Helper()
	for _, id := range l.ids {
		body := l.sent(id)
		_, err := l.put(id, body)
		must(t, "PUT "+id, err)
		answer, err := l.get(id)
		must(t, "GET "+id, err)
		got := propertiesOf(t, answer)
		for name, want := range propertiesOf(t, body) {
			if slices.Contains(l.hidden, name) {
				if got[name] != nil {
					t.Errorf("%s of %s is shown: %v", name, id, got[name])
				}
				continue
			}
			if !same(want, got[name]) {
				t.Errorf("%s of %s: put %v, got %v", name, id, want, got[name])
			}
		}
	}
	answer, err := l.get(l.ids[0])
	must(t, "GET", err)
	etag := etagOf(answer)
	if l.head != nil {
		head, err := l.head(l.ids[0])
		must(t, "HEAD", err)
		if etagOf(head) != etag || etag == "" {
			t.Errorf("HEAD has the ETag %q, GET %q", etagOf(head), etag)
		}
	}
	return etag
}

func (l lifecycle) update1(t *testing.T, id, etag string) {
	t.Helper()
	if l.update == nil {
		return
	}
	_, err := l.update(id, `"stale"`)
	wantStatus(t, "update with a stale ETag", err, http.StatusPreconditionFailed)
	_, err = l.update(id, etag)
	must(t, "update", err)
	answer, err := l.get(id)
	must(t, "GET after update", err)
	got := propertiesOf(t, answer)
	sent := propertiesOf(t, l.sent(id))
	for name, want := range l.after {
		if !same(want, got[name]) {
			t.Errorf("%s after update: %v, want %v", name, got[name], want)
		}
	}
	for name, want := range sent {
		if _, changed := l.after[name]; !changed && !slices.Contains(l.hidden, name) && !same(want, got[name]) {
			t.Errorf("the update of others changed %s: %v, was %v", name, got[name], want)
		}
	}
	if etagOf(answer) == etag {
		t.Error("the ETag is the same after the update")
	}
}

func (l lifecycle) lists(t *testing.T) {
	t.Helper()
	names, _, err := l.list(nil, nil)
	must(t, "list", err)
	for _, id := range l.ids {
		if !slices.Contains(names, id) {
			t.Errorf("%s is not listed: %v", id, names)
		}
	}
	if !l.unpaged {
		one := int32(1)
		paged, pages, err := l.list(nil, &one)
		must(t, "list page by page", err)
		if !slices.Equal(paged, names) || pages != len(names) {
			t.Errorf("page by page %v in %d pages, at once %v", paged, pages, names)
		}
	}
	if l.filter == "" {
		return
	}
	found, _, err := l.list(&l.filter, nil)
	must(t, "filtered list", err)
	if !slices.Equal(found, l.ids[:1]) {
		t.Errorf("%s finds %v, want %v", l.filter, found, l.ids[:1])
	}
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantStatus(t *testing.T, what string, err error, status int) {
	t.Helper()
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) || answer.StatusCode != status {
		t.Fatalf("%s: %v, want status %d", what, err, status)
	}
	if answer.ErrorCode == "" {
		t.Errorf("%s: no error code", what)
	}
}

// etagOf reads the ETag field that every SDK answer has.
func etagOf(answer any) string {
	if p, ok := reflect.ValueOf(answer).FieldByName("ETag").Interface().(*string); ok && p != nil {
		return *p
	}
	return ""
}

// propertiesOf shows an SDK value as its JSON has it.
func propertiesOf(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, "marshal", err)
	var envelope struct {
		Properties map[string]any `json:"properties"`
	}
	must(t, "unmarshal", json.Unmarshal(data, &envelope))
	if envelope.Properties == nil { // some contracts are flat
		must(t, "unmarshal", json.Unmarshal(data, &envelope.Properties))
	}
	return envelope.Properties
}

// same compares JSON values; what got has beyond want does not count.
func same(want, got any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		if list, ok := want.([]any); ok {
			return sameList(list, got)
		}
		return reflect.DeepEqual(want, got)
	}
	g, ok := got.(map[string]any)
	if !ok {
		return false
	}
	for name, v := range w {
		if !same(v, g[name]) {
			return false
		}
	}
	return true
}

func sameList(want []any, got any) bool {
	g, ok := got.([]any)
	if !ok || len(g) != len(want) {
		return false
	}
	for i := range want {
		if !same(want[i], g[i]) {
			return false
		}
	}
	return true
}

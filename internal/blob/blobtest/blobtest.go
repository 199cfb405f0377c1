// Package blobtest is the conformance suite of blob stores.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
)

// Run tests the store that open makes, an empty one each time.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, blob.Store)
	}{
		{"a blob is read as it was put", readAsPut},
		{"the last writer wins", lastWriterWins},
		{"a hashed blob is written once", writtenOnce},
		{"a pinned blob stays", pinned},
		{"an absent blob is not found", absent},
		{"a bad name is refused", badNames},
		{"blobs are listed by prefix", listed},
		{"a failing reader leaves nothing", failingReader},
		{"a blob stays readable while it is replaced or deleted", readWhileReplaced},
		{"concurrent writers leave one whole blob", concurrentWriters},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, open(t))
		})
	}
}

func put(t *testing.T, s blob.Store, name, contentType, content string) {
	t.Helper()
	if err := s.Put(t.Context(), name, contentType, strings.NewReader(content)); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func get(t *testing.T, s blob.Store, name string) (string, blob.Info) {
	t.Helper()
	r, info, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return string(content), info
}

func readAsPut(t *testing.T, s blob.Store) {
	binary := string(bytes.Repeat([]byte{0, '\n', 0xff, '\r'}, 100_000))
	for name, content := range map[string]string{
		"empty": "", "content/logo.svg": "<svg/>", "a": "a file", "a/b": "beside it", "a@/b": "x", "a%40": "y", ".hidden": "z",
		"with space/ü.png": binary, "dots../...": "dots", strings.Repeat("n", 200): "long", `colon:star*"q"`: "q",
	} {
		put(t, s, name, "image/x; charset=utf-8", content)
		got, info := get(t, s, name)
		if got != content {
			t.Errorf("%s: %d bytes came back, other than the %d put", name, len(got), len(content))
		}
		want := strings.TrimPrefix(blob.HashName([]byte(content)), blob.HashedPrefix)
		if info.Name != name || info.ContentType != "image/x; charset=utf-8" || info.Size != int64(len(content)) || info.Hash != want || info.ModTime.IsZero() {
			t.Errorf("%s: info %+v", name, info)
		}
	}
	r, _, err := s.Get(t.Context(), "content/logo.svg")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	at, err := r.Seek(-2, io.SeekEnd)
	tail, err2 := io.ReadAll(r)
	if err := errors.Join(err, err2); err != nil || at != 4 || string(tail) != "/>" {
		t.Errorf("two bytes before the end: at %d %q, %v", at, tail, err)
	}
}

func lastWriterWins(t *testing.T, s blob.Store) {
	put(t, s, "m", "text/plain", "one")
	_, before := get(t, s, "m")
	put(t, s, "m", "text/html\r\nX-Evil: 1", "two")
	got, after := get(t, s, "m")
	if got != "two" || strings.ContainsAny(after.ContentType, "\r\n") || after.Hash == before.Hash {
		t.Errorf("got %q, %+v", got, after)
	}
}

func writtenOnce(t *testing.T, s blob.Store) {
	content := []byte("body{}")
	name, err := s.PutHashed(t.Context(), "text/css", content)
	again, err2 := s.PutHashed(t.Context(), "text/plain", content)
	if err := errors.Join(err, err2); err != nil || name != again || name != blob.HashName(content) {
		t.Fatalf("names %s and %s, %v", name, again, err)
	}
	if got, info := get(t, s, name); got != "body{}" || info.ContentType != "text/css" {
		t.Errorf("got %q as %s", got, info.ContentType)
	}
	wantInvalid(t, "put over it", s.Put(t.Context(), name, "text/css", strings.NewReader("other")))
	if err := s.Delete(t.Context(), name); err != nil {
		t.Errorf("delete: %v", err)
	}
}

func pinned(t *testing.T, s blob.Store) {
	put(t, s, "logo", "image/png", "first")
	first, err := s.Pin(t.Context(), "logo")
	if err != nil || first.Hash != strings.TrimPrefix(blob.HashName([]byte("first")), blob.HashedPrefix) {
		t.Fatalf("pinned %+v, %v", first, err)
	}
	if _, err := s.Pin(t.Context(), "logo"); err != nil {
		t.Errorf("pin again: %v", err)
	}
	put(t, s, "logo", "image/png", "second")
	if err := s.Delete(t.Context(), "logo"); err != nil {
		t.Fatal(err)
	}
	if got, info := get(t, s, blob.HashedPrefix+first.Hash); got != "first" || info.ContentType != "image/png" {
		t.Errorf("the pinned content is %q as %s", got, info.ContentType)
	}
	if _, err := s.Pin(t.Context(), "logo"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("pin what is not there: %v, want not found", err)
	}
	_, err = s.Pin(t.Context(), "../logo")
	wantInvalid(t, "pin a bad name", err)
}

func absent(t *testing.T, s blob.Store) {
	put(t, s, "a/b", "text/plain", "x")
	for _, name := range []string{"absent", "a", "a/b/c", "A/b"} {
		_, _, err := s.Get(t.Context(), name)
		if !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("get %s: %v, want not found", name, err)
		}
		if err := s.Delete(t.Context(), name); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("delete %s: %v, want not found", name, err)
		}
	}
	if err := s.Delete(t.Context(), "a/b"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if _, _, err := s.Get(t.Context(), "a/b"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("get after delete: %v", err)
	}
}

func badNames(t *testing.T, s blob.Store) {
	for _, name := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../../b", "a/./b", `a\b`, `..\a`, "a\x00b", "a\nb", "\xff",
		strings.Repeat("n", 201), strings.Repeat("n/", 600) + "n", blob.HashedPrefix + "abc",
	} {
		wantInvalid(t, "put "+name, s.Put(t.Context(), name, "text/plain", strings.NewReader("x")))
		if strings.HasPrefix(name, blob.HashedPrefix) {
			continue // may be read
		}
		_, _, err := s.Get(t.Context(), name)
		wantInvalid(t, "get "+name, err)
		wantInvalid(t, "delete "+name, s.Delete(t.Context(), name))
	}
}

func wantInvalid(t *testing.T, what string, err error) {
	t.Helper()
	var invalid *apim.InvalidError
	if !errors.As(err, &invalid) {
		t.Errorf("%q: error %v, want an InvalidError", what, err)
	}
}

func listed(t *testing.T, s blob.Store) {
	for _, name := range []string{"b", "a/c", "a/b/d", "a/b", "ab", "a:/x"} {
		put(t, s, name, "text/plain", name)
	}
	for prefix, want := range map[string]string{
		"": "a/b a/b/d a/c a:/x ab b", "a": "a/b a/b/d a/c a:/x ab", "a/": "a/b a/b/d a/c", "a/b": "a/b a/b/d", "a/b/": "a/b/d",
		"a:/": "a:/x", "z": "", "a/z/": "", "../": "", "/": "", "a//": "",
	} {
		infos, err := s.List(t.Context(), prefix)
		var names []string
		for _, i := range infos {
			names = append(names, i.Name)
			if i.Size != int64(len(i.Name)) || i.ContentType != "text/plain" {
				t.Errorf("listed %+v", i)
			}
		}
		if got := strings.Join(names, " "); got != want || err != nil {
			t.Errorf("prefix %q: %s, %v; want %s", prefix, got, err, want)
		}
	}
}

type failing struct{ r io.Reader }

var errBroken = errors.New("broken")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

func failingReader(t *testing.T, s blob.Store) {
	put(t, s, "kept", "text/plain", "old")
	for _, name := range []string{"kept", "new"} {
		if err := s.Put(t.Context(), name, "text/plain", failing{strings.NewReader("half")}); !errors.Is(err, errBroken) {
			t.Errorf("put: %v, want the reader's error", err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(cancelled, "new", "text/plain", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("put with a cancelled context: %v", err)
	}
	if got, _ := get(t, s, "kept"); got != "old" {
		t.Errorf("kept is %q", got)
	}
	if _, _, err := s.Get(t.Context(), "new"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("get new: %v, want not found", err)
	}
}

func readWhileReplaced(t *testing.T, s blob.Store) {
	put(t, s, "m", "text/plain", "one")
	r, _, err := s.Get(t.Context(), "m")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	put(t, s, "m", "text/plain", "two two")
	if err := s.Delete(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != "one" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func concurrentWriters(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			content := strings.Repeat(fmt.Sprint(w), 10_000)
			for i := range 5 {
				err := s.Put(t.Context(), "d/m", fmt.Sprint("text/", w), strings.NewReader(content))
				_, err2 := s.PutHashed(t.Context(), "text/plain", []byte(fmt.Sprint(i)))
				if err := errors.Join(err, err2); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()
	got, info := get(t, s, "d/m")
	if got != strings.Repeat(got[:1], 10_000) || info.ContentType != "text/"+got[:1] {
		t.Errorf("a mixture of writers: %q... as %s", got[:10], info.ContentType)
	}
	if infos, err := s.List(t.Context(), blob.HashedPrefix); len(infos) != 5 || err != nil {
		t.Errorf("%d hashed blobs, %v, want 5", len(infos), err)
	}
}

package transfer_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/client"
	"github.com/portico-portal/portico/internal/transfer"
)

// serve answers as a service does; its media lie below /box.
func serve(t *testing.T, handle http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return &client.Client{Base: server.URL, Mint: client.Fixed("secret"), HTTP: server.Client(), Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }}
}

func TestNamesOfMediaAreWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	names := []string{"a b/c.png", "100%.png", "a%41.png", "q?x=1.png", "h#x.png", "ü/日本.png", "a+b&c.png"}
	var got []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintf(w, `{"containerSasUrl":"http://%s/box?sig=a%%2Bb"}`, r.Host)
			return
		}
		if r.Header.Get("Authorization") != "" || r.URL.Query().Get("sig") != "a+b" {
			t.Errorf("%s has the token, or not the signature: %s", r.URL.Path, r.URL.RawQuery)
		}
		got = append(got, strings.TrimPrefix(r.URL.Path, "/box/"))
		w.WriteHeader(http.StatusCreated)
	})
	c := transfer.NewContainer(s)
	for _, name := range names {
		if err := c.Put(t.Context(), transfer.Medium{Name: name, ContentType: "image/png"}, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(got, "\n") != strings.Join(names, "\n") {
		t.Errorf("written were %q, want %q", got, names)
	}
}

func TestAnAddressOfMediaThatHasExpiredIsAskedForAgain(t *testing.T) {
	t.Parallel()
	asked, good := 0, ""
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			asked++
			good = fmt.Sprint(asked)
			fmt.Fprintf(w, `{"containerSasUrl":"http://%s/box?sig=%s"}`, r.Host, good)
			return
		}
		if r.URL.Query().Get("sig") != good {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	c := transfer.NewContainer(s)
	for _, name := range []string{"a.png", "b.png", "c.png"} {
		if err := c.Put(t.Context(), transfer.Medium{Name: name, ContentType: "image/png"}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if name == "b.png" {
			good = "a later one"
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

package cost

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/management"
	"github.com/portico-portal/portico/internal/store"
)

// managed is a served management surface.
type managed struct{ url, token string }

func serve(t *testing.T, fill func(*store.Tx) error) *managed {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	m, done, ready := &managed{}, make(chan error, 1), make(chan struct{})
	opt := app.Options{Store: config.Store{Data: t.TempDir(), Service: "portico"}, Logger: slog.New(slog.DiscardHandler)}
	srv := config.Server{ManagementAddr: "127.0.0.1:0", Only: []string{"management"}}
	prepare := func(ctx context.Context, a *app.App) error {
		if err := a.Store.Update(ctx, store.Actor{Name: "1"}, fill); err != nil {
			return err
		}
		token, err := a.Accounts.MintAdmin(ctx, time.Hour)
		m.token = account.Authorization(token)
		return err
	}
	go func() {
		done <- app.Serve(ctx, opt, srv, prepare, func(r app.Ready) { m.url = r.ManagementURL; close(ready) })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	return m
}

// managementAttacks come to every route that has a method; token tells whether
// the caller is an administrator.
var managementAttacks = []struct {
	attack
	methods string
	token   bool
}{
	{attack{"a long token", head, func(n int) hostile {
		return hostile{header: "Authorization", value: "SharedAccessSignature " + strings.Repeat("a", n)}
	}}, "GET HEAD PUT PATCH POST DELETE", false},
	{attack{"a token of many parts", head, func(n int) hostile {
		return hostile{header: "Authorization", value: "Bearer " + strings.Repeat("a.", n/2)}
	}}, "GET PUT", false},
	{attack{"a body of a stranger", 1 << 20, func(n int) hostile { return hostile{body: strings.Repeat("[", n)} }}, "PUT PATCH POST", false},
	{attack{"many parameters", head, func(n int) hostile { return hostile{query: strings.Repeat("a=&", n/3)} }}, "GET PUT", true},
	{attack{"a filter of brackets", head, func(n int) hostile { return hostile{query: "$filter=" + strings.Repeat("(", n)} }}, "GET", true},
	{attack{"a filter of many terms", head, func(n int) hostile {
		return hostile{query: "$filter=" + strings.Repeat("name+eq+'a'+or+", n/15) + "name+eq+'a'"}
	}}, "GET", true},
	{attack{"an order of many fields", head, func(n int) hostile { return hostile{query: "$orderby=" + strings.Repeat("name,", n/5)} }}, "GET", true},
	{attack{"many conditions", head, func(n int) hostile { return hostile{header: "If-Match", value: strings.Repeat(`"a",`, n/4)} }}, "PUT PATCH DELETE", true},
	{attack{"deep JSON", 1 << 20, func(n int) hostile { return hostile{body: `{"properties":` + strings.Repeat(`{"a":`, n/5)} }}, "PUT PATCH POST", true},
	{attack{"many members", 1 << 20, func(n int) hostile {
		return hostile{body: `{"properties":{` + strings.Repeat(`"a":1,`, n/6) + `"b":1}}`}
	}}, "PUT PATCH POST", true},
	{attack{"a long list", 1 << 20, func(n int) hostile { return hostile{body: `{"properties":[` + strings.Repeat(`{},`, n/3) + `1]}`} }}, "PUT PATCH POST", true},
	{attack{"a long name", 1 << 20, func(n int) hostile {
		return hostile{body: `{"properties":{"displayName":"` + strings.Repeat("<", n) + `","path":"` + strings.Repeat("/", n) + `"}}`}
	}}, "PUT PATCH POST", true},
}

// beside are addresses of the management surface that are no resources.
var beside = []string{"GET /", "GET /content/x", "PUT /content/x", "GET /content?restype=container&comp=list&prefix=x", "GET /nothing/at/all"}

func TestHostileManagementRequestsCostWhatTheirLengthIs(t *testing.T) {
	m := serve(t, func(tx *store.Tx) error { return putContents(tx, 100) })
	all := append(management.Routes(), beside...)
	for _, a := range managementAttacks {
		t.Run(a.name, func(t *testing.T) {
			var met []string
			for _, route := range all {
				if method, path, _ := strings.Cut(route, " "); strings.Contains(" "+a.methods+" ", " "+method+" ") {
					met = append(met, method+" "+strings.ReplaceAll(path, "{}", "x"))
				}
			}
			if len(met) < 20 {
				t.Fatalf("only %d routes are met", len(met))
			}
			cost.CPU(t, cost.Sizes{From: 16 << 10, To: a.most}, func(n int) func() {
				h := a.make(min(n, a.most))
				return func() {
					for _, route := range met {
						m.send(t, route, h, a.token)
					}
				}
			})
		})
	}
}

// send sends an attack to a route.
func (m *managed) send(t *testing.T, route string, h hostile, token bool) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, m.url+with(with(path, "api-version=2024-05-01"), h.query), strings.NewReader(h.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token {
		r.Header.Set("Authorization", m.token)
	}
	if h.header != "" {
		r.Header.Set(h.header, h.value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return // the server has enough of a body that nobody reads
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
}

func TestManagementWorkEndsWhenItsReaderHasGone(t *testing.T) {
	m := serve(t, func(tx *store.Tx) error { return putContents(tx, 1000) })
	m.send(t, "GET /apis", hostile{}, true)
	http.DefaultClient.CloseIdleConnections()
	before := cost.Running()
	for _, route := range management.Routes() {
		method, path, _ := strings.Cut(route, " ")
		if method != http.MethodGet {
			continue
		}
		ctx, leave := context.WithTimeout(t.Context(), time.Millisecond)
		r, err := http.NewRequestWithContext(ctx, method, m.url+with(strings.ReplaceAll(path, "{}", "big"), "api-version=2024-05-01&export=true&format=openapi"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", m.token)
		if res, err := http.DefaultClient.Do(r); err == nil {
			res.Body.Close()
		}
		leave()
	}
	http.DefaultClient.CloseIdleConnections()
	cost.Gone(t, before, nil)
}

package process

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestKilledAnywhereNothingAcknowledgedIsLost kills the server while descriptions
// are imported and the site is published, and looks at what is there afterwards.
func TestKilledAnywhereNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	dir, crashes := t.TempDir(), amount(25, 100)
	done := newLedger()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir, "--expires", "24h")
	// Guests see what the published product holds: the site shows the imports.
	c.must(t, "PUT", "/products/all", map[string]any{"displayName": "All", "state": "published"})
	c.must(t, "PUT", "/products/all/groups/guests", nil)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range crashes {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for worker := range 2 {
			wg.Go(func() { writeUntil(stop, c, done, round, worker) })
		}
		done.await(random.IntN(12))
		time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
		p.kill()
		close(stop)
		wg.Wait()
		p = start(t, "serve", "--data", dir)
		c.base = p.management
		done.check(t, c, p)
		if t.Failed() {
			t.Fatalf("after crash %d", round+1)
		}
	}
	if done.imports < crashes || done.publishes < crashes/5 {
		t.Fatalf("only %d imports and %d publishes were acknowledged in %d rounds", done.imports, done.publishes, crashes)
	}
	t.Logf("%d crashes; %d imports and %d publishes acknowledged", crashes, done.imports, done.publishes)
}

// ledger is what the server acknowledged.
type ledger struct {
	mu                 sync.Mutex
	sizes              map[string]int   // API → operations of the last acknowledged import
	trying             map[string][]int // API → operations of imports that may have happened
	revisions          []string         // acknowledged, in order
	tryingRevision     map[string]bool
	imports, publishes int
}

func newLedger() *ledger {
	return &ledger{sizes: map[string]int{}, trying: map[string][]int{}, tryingRevision: map[string]bool{}}
}

// await returns when n more writes are acknowledged, so that how much is written
// before a crash does not depend on the speed of the machine. It gives up after a
// few seconds: what was acknowledged is counted at the end.
func (l *ledger) await(n int) {
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.imports + l.publishes
	}
	for until, deadline := count()+n, time.Now().Add(5*time.Second); count() < until && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

func writeUntil(stop <-chan struct{}, c *client, l *ledger, round, worker int) {
	for n := round; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		if n%4 == 3 && worker == 0 {
			l.publish(c, fmt.Sprintf("r%d-%d", round, n))
			continue
		}
		api := fmt.Sprintf("api-%d-%d", worker, n%3)
		l.importAPI(c, api, 3+(round+n)%20)
	}
}

func (l *ledger) importAPI(c *client, api string, operations int) {
	l.mu.Lock()
	l.trying[api] = append(l.trying[api], operations)
	l.mu.Unlock()
	status, _, err := c.do("PUT", "/apis/"+api, map[string]any{
		"format": "openapi", "value": description(api, operations), "path": api,
	})
	if err != nil || status >= 300 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sizes[api] = operations
	delete(l.trying, api)
	l.imports++
	c.do("PUT", "/products/all/apis/"+api, nil)
}

func (l *ledger) publish(c *client, name string) {
	l.mu.Lock()
	l.tryingRevision[name] = true
	l.mu.Unlock()
	status, _, err := c.do("PUT", "/portalRevisions/"+name, map[string]any{"description": name, "isCurrent": true})
	if err != nil || status >= 300 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revisions = append(l.revisions, name)
	delete(l.tryingRevision, name)
	l.publishes++
}

// check compares what the restarted server holds with what it acknowledged.
func (l *ledger) check(t *testing.T, c *client, p *process) {
	t.Helper()
	for api, want := range l.sizes {
		var list struct {
			Count int
			Value []struct{ Name string }
		}
		if err := json.Unmarshal(c.must(t, "GET", "/apis/"+api+"/operations?$top=1000", nil), &list); err != nil {
			t.Fatal(err)
		}
		if list.Count != want && !slices.Contains(l.trying[api], list.Count) {
			t.Errorf("%s has %d operations; acknowledged were %d, in flight %v", api, list.Count, want, l.trying[api])
		}
		l.sizes[api] = list.Count
	}
	clear(l.trying)
	l.checkSite(t, c, p)
}

func (l *ledger) checkSite(t *testing.T, c *client, p *process) {
	t.Helper()
	var list struct {
		Value []struct {
			Name       string
			Properties struct {
				IsCurrent bool
				Status    string
			}
		}
	}
	if err := json.Unmarshal(c.must(t, "GET", "/portalRevisions?$top=1000", nil), &list); err != nil {
		t.Fatal(err)
	}
	current, known := []string{}, map[string]bool{}
	for _, r := range list.Value {
		known[r.Name] = true
		if r.Properties.IsCurrent {
			current = append(current, r.Name)
		}
		if r.Properties.Status != "completed" {
			t.Errorf("revision %s is %s", r.Name, r.Properties.Status)
		}
	}
	if len(current) != 1 {
		t.Errorf("current revisions: %v", current)
	}
	for _, name := range l.revisions {
		if !known[name] {
			t.Errorf("acknowledged revision %s is gone", name)
		}
	}
	if n := len(l.revisions); n > 0 && len(current) == 1 && current[0] != l.revisions[n-1] && !l.tryingRevision[current[0]] {
		t.Errorf("the site is %s; acknowledged last was %s", current[0], l.revisions[n-1])
	}
	if status, body := get(t, p.portal+"/apis"); status != 200 || !strings.Contains(body, "</footer>") {
		t.Errorf("/apis answers %d after the crash", status)
	}
}

// description is a small OpenAPI document with n operations.
func description(title string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"openapi":"3.0.3","info":{"title":%q,"version":"1"},"servers":[{"url":"https://backend.example"}],"paths":{`, title)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"/things%d/{id}":{"get":{"operationId":"getThing%d","summary":"Get thing %d","tags":["t%d"],`+
			`"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],`+
			`"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing%d"}}}}}}}`, i, i, i, i%3, i)
	}
	b.WriteString(`},"components":{"schemas":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"Thing%d":{"type":"object","properties":{"id":{"type":"string"},"next":{"$ref":"#/components/schemas/Thing%d"}}}`, i, (i+1)%n)
	}
	b.WriteString(`}}}`)
	return b.String()
}

package gateway

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/portico-portal/portico/internal/apim"
)

// withBackend is a started service whose API "api" at /api has all of a handler behind it.
func withBackend(t *testing.T, backend http.HandlerFunc, policies ...string) *service {
	t.Helper()
	s := newService(t, nil)
	server := httptest.NewServer(backend)
	t.Cleanup(server.Close)
	s.change(func(c *changer) {
		c.api("api", "api", func(a *apim.API) { open(a); a.ServiceURL = server.URL }, "GET /*", "POST /*", "HEAD /*")
		c.policies("/apis/api;rev=1", policies...)
	})
	s.start()
	return s
}

func TestEventsArriveAsTheyAreSent(t *testing.T) {
	t.Parallel()
	next := make(chan string)
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		http.NewResponseController(w).Flush()
		for event := range next {
			fmt.Fprintf(w, "data: %s\n\n", event)
			http.NewResponseController(w).Flush()
		}
	})
	response, err := http.Get(s.url + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for i := range 3 { // each event is sent only after the one before has arrived
		event := fmt.Sprintf("event %d", i)
		next <- event
		if !lines.Scan() || lines.Text() != "data: "+event || !lines.Scan() {
			t.Fatalf("got %q, want %q", lines.Text(), event)
		}
	}
	close(next)
	if lines.Scan() {
		t.Errorf("unexpected %q", lines.Text())
	}
}

func TestWebSocketsPass(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		conn.SetReadLimit(1 << 20)
		for {
			kind, message, err := conn.Read(r.Context())
			if err != nil {
				return
			}
			if err := conn.Write(r.Context(), kind, append([]byte(r.URL.Path+" "), message...)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	s.change(func(c *changer) {
		c.api("ws", "ws", func(a *apim.API) {
			open(a)
			a.Type, a.ServiceURL = "websocket", strings.Replace(server.URL, "http", "ws", 1)+"/base"
		})
	})
	s.start()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, s.url+"/ws/chat", &websocket.DialOptions{Subprotocols: []string{"chat"}})
	if err != nil {
		t.Fatalf("dial: %v %v", err, response)
	}
	defer conn.CloseNow()
	if conn.Subprotocol() != "chat" {
		t.Errorf("subprotocol %q", conn.Subprotocol())
	}
	conn.SetReadLimit(1 << 20)
	for _, message := range []string{"one", strings.Repeat("long", 50_000)} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		if _, got, err := conn.Read(ctx); err != nil || string(got) != "/base/chat "+message {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
	}
	if err := conn.Close(websocket.StatusNormalClosure, "done"); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestLargeBodiesPassBothWays(t *testing.T) {
	t.Parallel()
	const size = 32 << 20
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.New()
		n, err := io.Copy(sum, r.Body)
		w.Header().Set("X-Sum", hex.EncodeToString(sum.Sum(nil)))
		w.Header().Set("X-Length", fmt.Sprint(r.ContentLength, n, err))
		io.CopyN(w, repeating{}, size)
	})
	for name, length := range map[string]int64{"of known length": size, "chunked": -1} {
		r, err := http.NewRequest("POST", s.url+"/api/upload", io.LimitReader(repeating{}, size))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		n, err := io.Copy(sum, response.Body)
		response.Body.Close()
		got := hex.EncodeToString(sum.Sum(nil))
		if err != nil || n != size || got != response.Header.Get("X-Sum") || response.Header.Get("X-Length") != fmt.Sprint(length, size, nil) {
			t.Errorf("a body %s: answered %d bytes %s, %v; the backend saw %s %s", name, n, got, err, response.Header.Get("X-Length"), response.Header.Get("X-Sum"))
		}
	}
}

// repeating is an endless reader of a pattern.
type repeating struct{}

func (repeating) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i)
	}
	return len(p), nil
}

func TestAnswersPassUnchanged(t *testing.T) {
	t.Parallel()
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		switch r.URL.Path {
		case "/bare":
			h["Content-Type"], h["Date"] = nil, nil
			h["Set-Cookie"] = []string{"a=1", "b=2"}
			w.Write([]byte("<html>"))
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/gzip":
			h.Set("Content-Encoding", "gzip")
			w.Write([]byte("not really"))
		case "/head":
			h.Set("Content-Length", "1234")
		case "/trailer":
			h.Set("Trailer", "X-Sum")
			io.WriteString(w, "body")
			http.NewResponseController(w).Flush()
			h.Set("X-Sum", "4")
		case "/teapot":
			h.Set("Connection", "X-Private")
			h.Set("X-Private", "1")
			w.WriteHeader(http.StatusTeapot)
		}
	})
	if got := s.call("GET /api/bare"); got.header["Content-Type"] != nil || len(got.header["Set-Cookie"]) != 2 || got.body != "<html>" {
		t.Errorf("bare: %v %s", got.header, got.body)
	}
	if got := s.call("GET /api/none"); got.status != 204 || got.header["Content-Length"] != nil {
		t.Errorf("no content: %d %v", got.status, got.header)
	}
	if got := s.call("GET /api/moved"); got.status != 302 || got.header.Get("Location") != "/elsewhere" {
		t.Errorf("redirects are the client's: %d %v", got.status, got.header)
	}
	if got := s.call("GET /api/gzip", "Accept-Encoding", "gzip"); got.body != "not really" || got.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("encodings stay: %q %v", got.body, got.header)
	}
	if got := s.call("HEAD /api/head"); got.header.Get("Content-Length") != "1234" || got.body != "" {
		t.Errorf("head: %v", got.header)
	}
	if got := s.call("GET /api/teapot"); got.status != 418 || got.header.Get("X-Private") != "" {
		t.Errorf("teapot: %d %v", got.status, got.header)
	}
	response, err := http.Get(s.url + "/api/trailer")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "body" || response.Trailer.Get("X-Sum") != "4" {
		t.Errorf("trailers: %q %v %v", body, response.Trailer, err)
	}
}

func TestBackendsThatFailAreTold(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(release) })
	s := newService(t, nil)
	s.change(func(c *changer) {
		at := func(url string) func(*apim.API) { return func(a *apim.API) { open(a); a.ServiceURL = url } }
		c.api("nobody", "nobody", at(nobody), "GET /")
		c.api("nowhere", "nowhere", at(""), "GET /")
		c.api("slow", "slow", at(slow.URL), "GET /")
		c.policies("/apis/slow;rev=1", `backend:<forward-request timeout-ms="50"/>`)
		c.policies("", `on-error:<set-header name="X-Failed"><value>yes</value></set-header>`)
	})
	s.start()
	for path, want := range map[string]string{
		"/nobody":  `502 { "statusCode": 502, "message": "The backend service could not be reached." }`,
		"/nowhere": `500 { "statusCode": 500, "message": "The API has no backend: it needs a serviceUrl or a set-backend-service policy." }`,
		"/slow":    `504 { "statusCode": 504, "message": "The backend service did not answer in time." }`,
	} {
		got := s.call("GET " + path)
		if fmt.Sprint(got.status, " ", got.body) != want || got.header.Get("X-Failed") != "yes" {
			t.Errorf("%s: got %d %s %v, want %s", path, got.status, got.body, got.header, want)
		}
	}
}

func TestABrokenAnswerIsNotMadeWhole(t *testing.T) {
	t.Parallel()
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "the first half")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	response, err := http.Get(s.url + "/api/x")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("the client took %q for the whole answer", body)
	}
}

func TestAClientThatLeavesEndsTheBackendCall(t *testing.T) {
	t.Parallel()
	arrived, ended := make(chan struct{}), make(chan struct{})
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(ended)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	r, err := http.NewRequestWithContext(ctx, "GET", s.url+"/api/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(r); err == nil {
		response.Body.Close()
		t.Error("the call was answered")
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the backend still works for a client that has left")
	}
}

func TestRedirectsAreFollowedWhenToldSo(t *testing.T) {
	t.Parallel()
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a b/from":
			http.Redirect(w, r, "to?x=1", http.StatusFound)
		case "/a b/to":
			fmt.Fprint(w, "arrived at ", r.RequestURI)
		default:
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}
	}, `backend:<forward-request follow-redirects="true"/>`)
	if got := s.call("GET /api/a%20b/from"); got.status != 200 || got.body != "arrived at /a%20b/to?x=1" {
		t.Errorf("got %d %q", got.status, got.body)
	}
	if got := s.call("GET /api/loop"); got.status != 302 {
		t.Errorf("a loop ends with the last answer: %d", got.status)
	}
}

func TestRewrittenPathsCannotClimb(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("api", "api", open, "GET /x?p={p}")
		c.policies("/apis/api;rev=1", `inbound:<rewrite-uri template="/files/{p}"/>`, `outbound:<base/>`)
	})
	s.start()
	if got := s.call("GET /api/x?p=.."); got.status != 400 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := s.call("GET /api/x?p=a/b"); got.backendSaw(t).URI != "/base/files/a%2Fb" {
		t.Errorf("the backend was asked for %s", got.backendSaw(t).URI)
	}
}

func TestTheHostHeaderCanBeSet(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("api", "api", open, "GET /")
		c.policies("/apis/api;rev=1", `inbound:<set-header name="host"><value>tenant.example</value></set-header>`)
	})
	s.start()
	if got := s.call("GET /api").backendSaw(t).Host; got != "tenant.example" {
		t.Errorf("the backend was told the host %q", got)
	}
}

func TestPlainConnectionsPassAsTheyAre(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) { c.api("api", "api", open, "GET /*") })
	s.start()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET http://gateway.example/api/a%2fb//c?x=%7e|y HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n")
	raw, err := io.ReadAll(conn)
	if err != nil || !bytes.Contains(raw, []byte(`"URI":"/base/a%2fb//c?x=%7e|y"`)) {
		t.Errorf("got %q, %v", raw, err)
	}
}

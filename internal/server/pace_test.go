package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// reader answers with the size of the body, or says that it came too slowly.
func reader(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if errors.Is(err, apim.ErrTooSlow) {
		w.WriteHeader(http.StatusRequestTimeout)
		return
	}
	fmt.Fprintf(w, "read %d", n)
}

// refuser answers without looking at the body.
func refuser(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/close":
		r.Body.Close()
	case "/begun":
		r.Body.Read(make([]byte, 1))
		w.WriteHeader(http.StatusUnauthorized)
		http.NewResponseController(w).Flush()
		return
	}
	http.Error(w, "no", http.StatusUnauthorized)
}

// dial opens a connection that sends text.
func dial(t *testing.T, url, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// status reads the answer of a connection and returns its status and body.
func status(t *testing.T, c net.Conn) (int, string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("the answer breaks off: %v", err)
	}
	return res.StatusCode, string(body)
}

func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	const head = "POST /x HTTP/1.1\r\nHost: a\r\n"
	for _, c := range []struct{ name, request string }{
		{"nothing of it", head + "Content-Length: 100\r\n\r\n"},
		{"a part of it", head + "Content-Length: 100\r\n\r\n12345"},
		{"a chunk that does not end", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n12"},
		{"after leave to send it", head + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, _ := startWith(t, &Server{}, Surface{Patience: 200 * time.Millisecond}, reader)
			conn := dial(t, url, c.request)
			got, _ := status(t, conn)
			if strings.Contains(c.request, "Expect") && got == 100 {
				got, _ = status(t, conn)
			}
			if got != http.StatusRequestTimeout {
				t.Errorf("%d, want 408", got)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("the connection is not closed: %v", err)
			}
		})
	}
}

func TestABodyMayTakeLongAsLongAsItComes(t *testing.T) {
	t.Parallel()
	url, _ := startWith(t, &Server{}, Surface{Patience: time.Second}, reader)
	conn := dial(t, url, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n")
	for range 20 {
		time.Sleep(100 * time.Millisecond)
		if _, err := io.WriteString(conn, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if got, body := status(t, conn); got != 200 || body != "read 20" {
		t.Errorf("%d %q", got, body)
	}
}

func TestATrickleEndsWhereThereIsALeastRate(t *testing.T) {
	t.Parallel()
	url, _ := startWith(t, &Server{}, Surface{Patience: 500 * time.Millisecond, MinRate: 100}, reader)
	conn := dial(t, url, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
	go func() {
		for range 600 { // each byte comes in time, and earns a hundredth of a second
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if got, _ := status(t, conn); got != http.StatusRequestTimeout {
		t.Errorf("%d, want 408", got)
	}
}

func TestAnAnswerDoesNotWaitForABodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	const length, chunked, expect = "Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n"
	waiting := map[string]net.Conn{}
	for _, duplex := range []bool{false, true} {
		// The test's own deadline is shorter than the patience.
		url, _ := startWith(t, &Server{}, Surface{Patience: time.Hour, Duplex: duplex}, refuser)
		ask := func(path, rest string) {
			waiting[fmt.Sprintf("%v %s %q", duplex, path, rest)] = dial(t, url, "POST "+path+" HTTP/1.1\r\nHost: a\r\n"+rest)
		}
		for _, path := range []string{"/open", "/close"} {
			for _, rest := range []string{length + "\r\n", length + "\r\n12", length + expect + "\r\n",
				"Content-Length: 100000000\r\n" + expect + "\r\n", chunked + "\r\n", chunked + expect + "\r\n"} {
				ask(path, rest)
			}
		}
		ask("/begun", length+"\r\n12")
		ask("/begun", chunked+"\r\n2\r\n12\r\n")
	}
	for name, conn := range waiting { // all at once
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: no 401 without leave to go on: %v", name, err)
		}
	}
	url, _ := startWith(t, &Server{}, Surface{Patience: time.Hour}, refuser)
	if got, _ := status(t, dial(t, url, "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")); got != http.StatusOK {
		t.Errorf("health: %d", got)
	}
}

func TestWhatFollowsAnUnreadBodyIsNoRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var paths []string
	url, _ := startWith(t, &Server{}, Surface{Patience: time.Hour, Duplex: true}, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.URL.Path)
		r.Body.Read(make([]byte, 1)) // and no more
		http.Error(w, "no", http.StatusUnauthorized)
	})
	conn := dial(t, url, "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nxx")
	status(t, conn)
	io.WriteString(conn, "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
	io.Copy(io.Discard, conn)
	mu.Lock()
	defer mu.Unlock()
	if len(paths) != 1 {
		t.Errorf("requests were read from the body: %q", paths)
	}
}

func TestABodyThatHasComeLetsTheConnectionGoOn(t *testing.T) {
	t.Parallel()
	url, _ := startWith(t, &Server{}, Surface{Patience: time.Hour}, refuser)
	conn := dial(t, url, strings.Repeat("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345", 2))
	answers := bufio.NewReader(conn)
	for i := range 2 {
		res, err := http.ReadResponse(answers, nil)
		if err != nil || res.StatusCode != http.StatusUnauthorized {
			t.Fatalf("answer %d: %v %v", i+1, res, err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}

func TestAnAnswerThatIsNotTakenEnds(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	url, _ := startWith(t, &Server{}, Surface{Patience: 400 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		page := make([]byte, 1<<20)
		for range 1000 {
			if _, err := w.Write(page); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	})
	dial(t, url, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n") // and reads nothing
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a gigabyte went where nobody reads")
		}
	case <-time.After(20 * time.Second):
		t.Error("the answer waits for ever")
	}
}

func TestASlowReaderGetsEverything(t *testing.T) {
	t.Parallel()
	const size = 12 << 20 // more than the kernel holds
	url, _ := startWith(t, &Server{}, Surface{Patience: time.Second, MinRate: 500}, func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, size))
	})
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for n := 0; n < 25; n++ { // slower than the buffers empty: a deadline passes meanwhile
		if _, err := io.CopyN(io.Discard, res.Body, 64<<10); err != nil {
			t.Fatalf("cut after %d pieces: %v", n, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if n, err := io.Copy(io.Discard, res.Body); err != nil || n != size-25*64<<10 {
		t.Errorf("the rest: %d bytes, %v", n, err)
	}
}

func TestWhatWaitsForNobodysBodyIsNotCut(t *testing.T) {
	t.Parallel()
	const patience = 100 * time.Millisecond
	url, _ := startWith(t, &Server{}, Surface{Patience: patience, MinRate: 500, Duplex: true}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow": // a backend that thinks
			time.Sleep(5 * patience)
			io.WriteString(w, "done")
		case "/stream": // events, far apart
			for range 4 {
				io.WriteString(w, "x")
				http.NewResponseController(w).Flush()
				time.Sleep(2 * patience)
			}
		case "/socket":
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			io.Copy(c, c)
		}
	})
	for path, want := range map[string]string{"/slow": "done", "/stream": "xxxx"} {
		if res, body := get(t, url+path); res.StatusCode != 200 || body != want {
			t.Errorf("%s: %d %q", path, res.StatusCode, body)
		}
		// A request with a body that has come is no different.
		conn := dial(t, url, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
		if got, body := status(t, conn); got != 200 || body != want {
			t.Errorf("POST %s: %d %q", path, got, body)
		}
	}
	conn := dial(t, url, "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	answers := bufio.NewReader(conn)
	if res, err := http.ReadResponse(answers, nil); err != nil || res.StatusCode != 101 {
		t.Fatalf("%v %v", res, err)
	}
	for range 3 {
		time.Sleep(3 * patience)
		io.WriteString(conn, "m")
		if b, err := answers.ReadByte(); err != nil || b != 'm' {
			t.Fatalf("the socket is cut: %v", err)
		}
	}
}

func TestConnectionsOfAnAddressAreBounded(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	var mu sync.Mutex
	s := &Server{Limits: Limits{ConnectionsPerAddress: 5}}
	url, _ := startLogged(t, s, Surface{Patience: time.Hour}, reader, slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil)))
	var held []net.Conn
	for range 5 {
		held = append(held, dial(t, url, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"))
	}
	waitUntil(t, "the sixth connection is refused", func() bool {
		c := dial(t, url, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
		n, _ := c.Read(make([]byte, 1))
		return n == 0
	})
	other := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	c, err := other.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
	if got, _ := status(t, c); got != 200 {
		t.Errorf("another address: %d", got)
	}
	for _, c := range held {
		c.Close()
	}
	waitUntil(t, "there is room again", func() bool {
		res, err := http.Get(url)
		if err == nil {
			res.Body.Close()
		}
		return err == nil
	})
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Count(log.String(), "127.0.0.1 has 5 connections already"); got != 1 {
		t.Errorf("the refusals were logged %d times:\n%s", got, log.String())
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 300 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("it did not happen: %s", what)
}

// failing is a listener that cannot accept for a while.
type failing struct {
	net.Listener
	left int
}

func (f *failing) Accept() (net.Conn, error) {
	if f.left--; f.left >= 0 {
		return nil, errors.New("accept: too many open files")
	}
	return f.Listener.Accept()
}

func TestAListenerThatCannotAcceptSaysSoAndGoesOn(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var log strings.Builder
	url, stop := startLogged(t, &Server{}, Surface{Listener: &failing{l, 3}}, reader, slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil)))
	if res, _ := get(t, url); res.StatusCode != 200 {
		t.Errorf("afterwards: %d", res.StatusCode)
	}
	mu.Lock()
	if got := log.String(); !strings.Contains(got, "level=WARN") || strings.Count(got, "too many open files") != 1 {
		t.Errorf("the log says:\n%s", got)
	}
	mu.Unlock()
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

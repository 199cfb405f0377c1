package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/config"
)

// slowServer is an SMTP server that says that it has taken a mail when the test lets it.
type slowServer struct {
	letters chan string   // what came
	answer  chan struct{} // it has taken it
}

func (s *slowServer) NewSession(*smtp.Conn) (smtp.Session, error) { return s, nil }
func (s *slowServer) Mail(string, *smtp.MailOptions) error        { return nil }
func (s *slowServer) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (s *slowServer) Reset()                                      {}
func (s *slowServer) Logout() error                               { return nil }
func (s *slowServer) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.letters <- string(text)
	<-s.answer
	return err
}

func (s *slowServer) start(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(s)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "smtp://" + listener.Addr().String()
}

// running is a served service.
type running struct {
	url, token string // of its management API
	end        context.CancelFunc
	done       chan error
}

// serveAt serves the data folder at a time and returns when it is ready.
func serveAt(t *testing.T, data, smtp string, now func() time.Time) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &running{end: cancel, done: make(chan error, 1)}
	opt := Options{Store: config.Store{Data: data, Service: "portico"}, Logger: slog.New(slog.DiscardHandler), Now: now}
	srv := config.Server{ManagementAddr: "127.0.0.1:0", Only: []string{"management"}, SMTP: smtp, MailFrom: "portico@contoso.example"}
	load := func(ctx context.Context, a *App) error {
		token, err := a.Accounts.MintAdmin(ctx, time.Hour)
		s.token = account.Authorization(token)
		return err
	}
	ready := make(chan struct{})
	go func() { s.done <- Serve(ctx, opt, srv, load, func(r Ready) { s.url = r.ManagementURL; close(ready) }) }()
	select {
	case <-ready:
	case err := <-s.done:
		t.Fatalf("it does not serve: %v", err)
	}
	return s
}

// stop begins the stop; wait ends it.
func (s *running) stop() { s.end() }

func (s *running) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-s.done:
		if err != nil {
			t.Fatalf("the stop: %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
}

// invite makes a user, who gets a mail.
func (s *running) invite(t *testing.T) {
	t.Helper()
	body := `{"properties":{"email":"ann@contoso.example","firstName":"Ann","lastName":"Lee","confirmation":"invite"}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/users/ann?api-version=2024-05-01", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusCreated {
		t.Fatalf("PUT of a user: %s %s", answer.Status, text)
	}
}

func TestAStopDuringADeliverySendsTheMailOnce(t *testing.T) {
	t.Parallel()
	box := &slowServer{letters: make(chan string, 10), answer: make(chan struct{})}
	server, data := box.start(t), t.TempDir()
	first := serveAt(t, data, server, time.Now)
	first.invite(t)
	if letter := <-box.letters; !strings.Contains(letter, "To: <ann@contoso.example>") {
		t.Fatalf("another mail came:\n%s", letter)
	}
	first.stop()                       // the server has the mail, and has not said so
	time.Sleep(300 * time.Millisecond) // whoever does not wait has gone
	close(box.answer)
	first.wait(t)
	// An hour later all claims and pauses of before have run out.
	second := serveAt(t, data, server, func() time.Time { return time.Now().Add(time.Hour) })
	select {
	case letter := <-box.letters:
		t.Errorf("the mail came twice:\n%s", letter)
	case <-time.After(3 * time.Second):
	}
	second.stop()
	second.wait(t)
}

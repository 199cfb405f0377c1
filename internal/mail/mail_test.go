package mail

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestFill(t *testing.T) {
	t.Parallel()
	values := map[string]string{"DevFirstName": "<Ann>", "Name": "N"}
	for text, want := range map[string]string{
		"Dear $DevFirstName,":         "Dear &lt;Ann&gt;,",
		"${Name}s and $!{Name}, $":    "Ns and N, $",
		"$Unknown stays, so does $5.": "$Unknown stays, so does $5.",
	} {
		if got := FillXHTML(text, values); got != want {
			t.Errorf("FillXHTML(%q) = %q, want %q", text, got, want)
		}
	}
}

// inbox is an SMTP server that keeps what it gets, and refuses the first few.
type inbox struct {
	mu      sync.Mutex
	refuse  int
	letters []string
	got     chan struct{}
}

func (i *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return i, nil }
func (i *inbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (i *inbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !strings.HasSuffix(to, "@contoso.example") {
		return smtp.ErrAuthFailed
	}
	return nil
}
func (i *inbox) Reset()        {}
func (i *inbox) Logout() error { return nil }
func (i *inbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refuse > 0 {
		i.refuse--
		return &smtp.SMTPError{Code: 451, Message: "later"}
	}
	i.letters = append(i.letters, string(text))
	i.got <- struct{}{}
	return nil
}

func (i *inbox) start(t *testing.T) *url.URL {
	t.Helper()
	i.got = make(chan struct{}, 10)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(i)
	server.Domain = "localhost"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return &url.URL{Scheme: "smtp", Host: l.Addr().String()}
}

func prepare(t *testing.T, server *url.URL) (*store.Store, *Service) {
	t.Helper()
	st := storetest.Open(t)
	s, err := New(st, Options{Server: server, From: "apis@contoso.example", PortalURL: "https://portal"})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		template, _ := json.Marshal(apim.EmailTemplate{Subject: "Hello $DevFirstName\r\nBcc: x", Body: "<p>$OrganizationName: $ConfirmUrl</p>"})
		user, _ := json.Marshal(apim.User{FirstName: "Ann", Email: "ann@contoso.example"})
		if err := tx.Put(&store.Document{Ref: "/templates/hello", Body: template}); err != nil {
			return err
		}
		return tx.Put(&store.Document{Ref: "/users/ann", Body: user})
	})
	if err != nil {
		t.Fatal(err)
	}
	return st, s
}

func TestMailOfACommittedChangeArrivesOnce(t *testing.T) {
	t.Parallel()
	box := &inbox{}
	st, s := prepare(t, box.start(t))
	err := st.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		return s.Template(tx, "hello", "/users/ann", map[string]string{"OrganizationName": "Contoso", "ConfirmUrl": "https://portal/x?a=1&b=2"})
	})
	if err != nil {
		t.Fatal(err)
	}
	undone := st.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		if err := s.Template(tx, "hello", "/users/ann", nil); err != nil {
			return err
		}
		return io.ErrUnexpectedEOF
	})
	if undone == nil {
		t.Fatal("the transaction was not undone")
	}
	owner := job.NewOwner(t.Context(), nil)
	owner.Work(st, s.Kind())
	select {
	case <-box.got:
	case <-time.After(20 * time.Second):
		t.Fatal("no mail came")
	}
	if err := owner.Stop(); err != nil {
		t.Fatal(err)
	}
	if n := waiting(t, st); n != 0 {
		t.Errorf("%d mails wait although it was sent", n)
	}
	if len(box.letters) != 1 {
		t.Fatalf("%d letters came, want 1", len(box.letters))
	}
	letter := box.letters[0]
	for _, want := range []string{"Subject: Hello Ann Bcc: x", "To: <ann@contoso.example>", "Contoso", "b=3D2"} {
		if !strings.Contains(letter, want) {
			t.Errorf("the letter lacks %q:\n%s", want, letter)
		}
	}
}

// waiting is how many mails are stored.
func waiting(t *testing.T, st *store.Store) (n int) {
	t.Helper()
	err := st.View(t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Count(job.Collection, ""); return err })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMailThatIsRefusedStaysWithTheReason(t *testing.T) {
	t.Parallel()
	box := &inbox{refuse: 1}
	st, s := prepare(t, box.start(t))
	err := st.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		return s.Template(tx, "hello", "/users/ann", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := job.NewOwner(t.Context(), nil)
	owner.Work(st, s.Kind())
	defer owner.Stop()
	deadline := time.Now().Add(20 * time.Second)
	for body := ""; !strings.Contains(body, "later"); time.Sleep(5 * time.Millisecond) {
		err = st.View(t.Context(), func(tx *store.Tx) error {
			docs, err := tx.List(job.Collection, "")
			if err != nil || len(docs) != 1 {
				t.Fatalf("%d mails wait (%v), want 1", len(docs), err)
			}
			body = string(docs[0].Body)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(body, "Contoso") {
			t.Fatal("the stored job shows the text of the mail")
		}
		if time.Now().After(deadline) {
			t.Fatalf("the reason is not noted: %s", body)
		}
	}
}

// A server takes the mail, says so, and goes away without a farewell.
func TestAMailThatTheServerTookIsSentWhateverFollows(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		text := textproto.NewConn(conn)
		for answer := "220 here"; answer != ""; {
			_ = text.PrintfLine("%s", answer)
			line, err := text.ReadLine()
			switch {
			case err != nil:
				return
			case line == "DATA":
				_ = text.PrintfLine("354 go on")
				_, _ = text.ReadDotBytes()
				_ = text.PrintfLine("250 taken")
				return
			}
			answer = "250 yes"
		}
	}()
	_, s := prepare(t, &url.URL{Scheme: "smtp", Host: l.Addr().String()})
	if err := s.send(t.Context(), "id", []byte(`{"to":"ann@contoso.example","subject":"Hello"}`), "<p>Hello</p>"); err != nil {
		t.Errorf("it will be sent again: %v", err)
	}
}

// A server that takes the connection and says nothing does not hold up a stop.
func TestADeliveryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, s := prepare(t, &url.URL{Scheme: "smtp", Host: l.Addr().String()})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- s.send(ctx, "id", []byte(`{"to":"ann@contoso.example","subject":"Hello"}`), "<p>Hello</p>")
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it was sent to nobody")
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

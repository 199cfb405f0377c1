package mail

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/portico-portal/portico/internal/apim"
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
	s, err := New(st, Options{Server: server, From: "apis@contoso.example", PortalURL: "https://portal", Every: 5 * time.Millisecond})
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
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	select {
	case <-box.got:
	case <-time.After(20 * time.Second):
		t.Fatal("no mail came")
	}
	waitForEmptyOutbox(t, st)
	cancel()
	<-done
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

func waitForEmptyOutbox(t *testing.T, st *store.Store) {
	t.Helper()
	for range 2000 {
		n := -1
		err := st.View(t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Count(Kind, ""); return err })
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the outbox keeps a message that was sent")
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
	if err := s.sendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var m message
	err = st.View(t.Context(), func(tx *store.Tx) error {
		docs, err := tx.List(Kind, "")
		if err != nil || len(docs) != 1 {
			t.Fatalf("the outbox has %d messages (%v), want 1", len(docs), err)
		}
		if strings.Contains(string(docs[0].Body), "Contoso") {
			t.Error("the outbox shows the text of the mail")
		}
		return json.Unmarshal(docs[0].Body, &m)
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.Attempts != 1 || !strings.Contains(m.Error, "later") || !m.Next.After(st.Now()) {
		t.Errorf("after a refusal: %+v", m)
	}
}

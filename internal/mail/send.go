package mail

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/routine"
	"github.com/portico-portal/portico/internal/store"
)

// Options say how mail is sent.
type Options struct {
	// Server is smtp://user:password@host:port (STARTTLS when the server offers
	// it) or smtps://... (TLS from the start).
	Server *url.URL
	From   string // the sender's address
	// PortalURL is the portal's address in templates.
	PortalURL string
}

// Service makes mail and sends it.
type Service struct {
	store *store.Store
	opt   Options
}

// New makes the service. Mail is sent by a worker for its [Service.Kind].
func New(s *store.Store, opt Options) (*Service, error) {
	if opt.Server == nil || opt.Server.Scheme != "smtp" && opt.Server.Scheme != "smtps" || opt.Server.Hostname() == "" {
		return nil, errors.New("mail: the server must be like smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	return &Service{store: s, opt: opt}, nil
}

// kind is the name of mail jobs.
const kind = "mail"

// A server may take long to answer. If it accepts a mail but says so too late,
// the mail is sent again.
const (
	dialTimeout = 15 * time.Second
	sendTimeout = 2 * time.Minute
)

// Kind is the kind of mail jobs.
func (s *Service) Kind() job.Kind { return job.Kind{Name: kind, Do: s.send, Timeout: sendTimeout} }

// send sends one mail. Its Message-ID is derived from the job's id, so that a
// receiver can recognize a duplicate: the process may end after the server has
// accepted the mail and before that is stored.
func (s *Service) send(ctx context.Context, id string, payload json.RawMessage, body string) error {
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		return fmt.Errorf("decode a mail: %w", err)
	}
	mail := gomail.NewMsg()
	if err := mail.From(s.opt.From); err != nil {
		return err
	}
	if err := mail.To(m.To); err != nil {
		return err
	}
	_, domain, _ := strings.Cut(strings.TrimSuffix(s.opt.From, ">"), "@")
	mail.SetMessageIDWithValue(id + "@" + domain)
	mail.Subject(m.Subject)
	mail.SetBodyString(gomail.TypeTextHTML, body)
	client, err := gomail.NewClient(s.opt.Server.Hostname(), s.clientOptions(ctx)...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, mail)
	if mail.IsDelivered() { // only the closing of the connection failed
		return nil
	}
	return err
}

func (s *Service) clientOptions(ctx context.Context) []gomail.Option {
	server := s.opt.Server
	options := []gomail.Option{
		gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithTimeout(sendTimeout), gomail.WithDialContextFunc(s.dial(ctx)),
	}
	if port, err := strconv.Atoi(server.Port()); err == nil {
		options = append(options, gomail.WithPort(port))
	}
	if password, ok := server.User.Password(); ok {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(server.User.Username()), gomail.WithPassword(password))
	}
	return options
}

// dial connects to the server, and closes the connection when ctx ends.
func (s *Service) dial(ctx context.Context) gomail.DialContextFunc {
	dialer := &net.Dialer{Timeout: dialTimeout}
	connect := dialer.DialContext
	if s.opt.Server.Scheme == "smtps" {
		connect = (&tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: s.opt.Server.Hostname()}}).DialContext
	}
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := connect(dialing, network, address)
		if err == nil {
			routine.OnDone(ctx, func() { _ = conn.Close() }, func(error) {})
		}
		return conn, err
	}
}

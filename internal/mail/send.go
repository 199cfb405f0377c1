package mail

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Options are how mail is sent.
type Options struct {
	// Server is smtp://user:password@host:port (STARTTLS when the server offers
	// it) or smtps://... (TLS from the start).
	Server *url.URL
	From   string // the sender's address
	// PortalURL is what templates name.
	PortalURL string
	Logger    *slog.Logger
	// Every is how often the outbox is looked at; 0: every five seconds.
	Every time.Duration
}

// Service sends what is in the outbox.
type Service struct {
	store *store.Store
	opt   Options
}

// New makes the service; it sends after [Service.Run] has been called.
func New(s *store.Store, opt Options) (*Service, error) {
	if opt.Server == nil || opt.Server.Scheme != "smtp" && opt.Server.Scheme != "smtps" || opt.Server.Hostname() == "" {
		return nil, errors.New("mail: the server must be like smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Every == 0 {
		opt.Every = 5 * time.Second
	}
	return &Service{store: s, opt: opt}, nil
}

const (
	maxAttempts = 10
	claim       = 2 * time.Minute // how long a sender has a message for itself
	sendTimeout = time.Minute
)

// Run sends messages until the context ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(s.opt.Every)
	defer tick.Stop()
	for {
		if err := s.sendAll(ctx); err != nil && ctx.Err() == nil {
			s.opt.Logger.ErrorContext(ctx, "outbox cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) sendAll(ctx context.Context) error {
	var due []apim.Ref
	err := s.store.View(ctx, func(tx *store.Tx) error {
		docs, err := tx.List(Kind, "")
		for _, d := range docs {
			var m message
			if json.Unmarshal(d.Body, &m) == nil && !tx.Now().Before(m.Next) && m.Attempts < maxAttempts {
				due = append(due, d.Ref)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, ref := range due {
		if err := s.sendOne(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// sendOne claims a message, sends it, and removes it or notes why not.
func (s *Service) sendOne(ctx context.Context, ref apim.Ref) error {
	m, body, err := s.claim(ctx, ref)
	if err != nil || body == "" {
		return err
	}
	failure := s.deliver(ctx, m, body)
	actor := store.Actor{Name: store.System}
	return s.store.Update(ctx, actor, func(tx *store.Tx) error {
		if failure == nil {
			return tx.DeleteTree(ref)
		}
		m.Error, m.Next = failure.Error(), tx.Now().Add(time.Minute<<min(m.Attempts, 8))
		if m.Attempts >= maxAttempts {
			s.opt.Logger.ErrorContext(ctx, "mail was given up", "message", ref, "attempts", m.Attempts, "error", failure)
		}
		return put(tx, ref, *m)
	})
}

// claim keeps a message from other processes for a while; an empty body means that it is theirs.
func (s *Service) claim(ctx context.Context, ref apim.Ref) (m *message, body string, err error) {
	err = s.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error {
		m, body = new(message), ""
		if _, err := tx.Decode(ref, m); err != nil || tx.Now().Before(m.Next) {
			return nil // sent, or claimed, by another
		}
		m.Attempts++
		m.Next = tx.Now().Add(claim)
		if err := put(tx, ref, *m); err != nil {
			return err
		}
		body, err = tx.Secret(ref, bodyField)
		return err
	})
	return m, body, err
}

// deliver speaks SMTP.
func (s *Service) deliver(ctx context.Context, m *message, body string) error {
	mail := gomail.NewMsg()
	if err := mail.From(s.opt.From); err != nil {
		return err
	}
	if err := mail.To(m.To); err != nil {
		return err
	}
	mail.Subject(m.Subject)
	mail.SetBodyString(gomail.TypeTextHTML, body)
	client, err := gomail.NewClient(s.opt.Server.Hostname(), s.clientOptions()...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return client.DialAndSendWithContext(ctx, mail)
}

func (s *Service) clientOptions() []gomail.Option {
	server := s.opt.Server
	options := []gomail.Option{gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	if server.Scheme == "smtps" {
		options = append(options, gomail.WithSSL())
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

package app

import (
	"context"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/mail"
	"github.com/portico-portal/portico/internal/store"
)

// startMail starts the mail worker, if a mail server is configured.
func (a *App) startMail(ctx context.Context, srv config.Server, r Ready) error {
	if srv.SMTP == "" {
		a.opt.Logger.InfoContext(ctx, "no mail is sent; --smtp names the server that would send it")
		return nil
	}
	server, err := srv.SMTPServer()
	if err != nil {
		return err
	}
	a.mail, err = mail.New(a.Store, mail.Options{
		Server: server, From: srv.MailFrom, PortalURL: r.PortalURL,
	})
	if err == nil {
		a.workers.Work(a.Store, a.mail.Kind())
	}
	return err
}

// mailer gives the management API mail and sign-in links.
type mailer struct {
	*mail.Service
	accounts  *account.Service
	portalURL string
}

// SignInLink makes a one-time link that signs a user in to the portal.
func (m *mailer) SignInLink(tx *store.Tx, user apim.Ref, lifetime time.Duration) (string, error) {
	secret, err := m.accounts.MintUserLink(tx, user, lifetime)
	if err != nil {
		return "", err
	}
	return address.SignInLink(m.portalURL, secret), nil
}

package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/oidc"
)

// authenticator accepts shared access tokens and tokens of OpenID providers.
type authenticator struct {
	*account.Service
	oidc *oidc.Verifier // nil: no provider is trusted
}

func (a *App) authenticator(srv config.Server, client *http.Client) *authenticator {
	auth := &authenticator{Service: a.Accounts}
	if len(srv.OIDCIssuer) > 0 {
		auth.oidc = oidc.New(srv.OIDCIssuer, srv.OIDCAudience, client, a.Store.Now)
	}
	return auth
}

// Authenticate accepts shared access tokens in any spelling, and JSON Web Tokens.
func (a *authenticator) Authenticate(ctx context.Context, header string) (access.Principal, error) {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	token = strings.TrimSpace(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") || strings.Count(token, ".") != 2 || strings.Contains(token, "&") {
		return a.Service.Authenticate(ctx, header)
	}
	if a.oidc == nil {
		return access.Principal{}, fmt.Errorf("no OpenID provider is configured: %w", apim.ErrUnauthorized)
	}
	subject, err := a.oidc.Subject(ctx, token)
	return access.Principal{Subject: subject}, err
}

package oidc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/portico-portal/portico/internal/apim"
)

// Verifier checks JSON Web Tokens of configured issuers.
type Verifier struct {
	client    *http.Client
	audience  string
	issuers   map[string]*issuer
	now       func() time.Time
	algorithm []string
}

type issuer struct {
	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer has answered
}

// New makes a verifier for tokens issued for the audience. An issuer's keys are
// fetched with the client when its first token arrives.
func New(issuers []string, audience string, client *http.Client, now func() time.Time) *Verifier {
	v := &Verifier{client: client, audience: audience, issuers: map[string]*issuer{}, now: now,
		algorithm: []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}}
	for _, i := range issuers {
		v.issuers[i] = &issuer{}
	}
	return v
}

// Subject checks a token and returns "oidc:{issuer}#{subject}". If it is not a
// valid token of a trusted issuer the error is apim.ErrUnauthorized; if the
// issuer does not answer it is another one.
func (v *Verifier) Subject(ctx context.Context, token string) (string, error) {
	name, err := claimedIssuer(token)
	if err != nil {
		return "", err
	}
	known := v.issuers[name]
	if known == nil {
		return "", fmt.Errorf("a token of an issuer that is not trusted: %w", apim.ErrUnauthorized)
	}
	verifier, err := v.verifier(ctx, name, known)
	if err != nil {
		return "", err
	}
	id, err := verifier.Verify(oidc.ClientContext(ctx, v.client), token)
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.ReplaceAll(err.Error(), token, "the token"), apim.ErrUnauthorized)
	}
	if id.Subject == "" {
		return "", fmt.Errorf("a token without a subject: %w", apim.ErrUnauthorized)
	}
	return "oidc:" + id.Issuer + "#" + id.Subject, nil
}

// verifier fetches an issuer's configuration, once.
func (v *Verifier) verifier(ctx context.Context, name string, i *issuer) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	// The keys are fetched again later, so the context must outlive this request.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), v.client), name)
	if err != nil {
		return nil, fmt.Errorf("ask the issuer %s for its configuration: %w", name, err)
	}
	i.verifier = provider.Verifier(&oidc.Config{ClientID: v.audience, SupportedSigningAlgs: v.algorithm, Now: v.now})
	return i.verifier, nil
}

// claimedIssuer reads the issuer that a token claims, without verifying it.
func claimedIssuer(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("no JSON Web Token: %w", apim.ErrUnauthorized)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return "", fmt.Errorf("a JSON Web Token that cannot be read: %w", apim.ErrUnauthorized)
	}
	return claims.Issuer, nil
}

package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/portico-portal/portico/internal/apim"
)

// provider is an OpenID provider with one key.
type provider struct {
	*httptest.Server
	key *ecdsa.PrivateKey
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys", "authorization_endpoint": p.URL, "token_endpoint": p.URL})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) token(t *testing.T, key any, algorithm jose.SignatureAlgorithm, claims jwt.Claims) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestSubject(t *testing.T) {
	t.Parallel()
	p, other := newProvider(t), newProvider(t)
	now := time.Now()
	v := New([]string{p.URL}, "portico", p.Client(), func() time.Time { return now })
	good := jwt.Claims{Issuer: p.URL, Subject: "ci", Audience: jwt.Audience{"portico"}, Expiry: jwt.NewNumericDate(now.Add(time.Hour))}
	with := func(change func(*jwt.Claims)) jwt.Claims {
		c := good
		change(&c)
		return c
	}
	if got, err := v.Subject(t.Context(), p.token(t, p.key, jose.ES256, good)); err != nil || got != "oidc:"+p.URL+"#ci" {
		t.Fatalf("Subject = %q, %v", got, err)
	}
	for name, token := range map[string]string{
		"another audience": p.token(t, p.key, jose.ES256, with(func(c *jwt.Claims) { c.Audience = jwt.Audience{"other"} })),
		"expired":          p.token(t, p.key, jose.ES256, with(func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(now.Add(-time.Minute)) })),
		"another issuer":   other.token(t, other.key, jose.ES256, with(func(c *jwt.Claims) { c.Issuer = other.URL })),
		"a foreign key":    p.token(t, other.key, jose.ES256, good),
		"a shared key":     p.token(t, []byte("0123456789abcdef0123456789abcdef"), jose.HS256, good),
		"no subject":       p.token(t, p.key, jose.ES256, with(func(c *jwt.Claims) { c.Subject = "" })),
		"no token":         "a.b", "no payload": "a.!.c", "no claims": "a.e30.c",
	} {
		if got, err := v.Subject(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("%s: Subject = %q, %v, want ErrUnauthorized", name, got, err)
		}
	}
}

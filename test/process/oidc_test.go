package process

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestTokensOfAnOpenIDProviderHaveTheRolesAssignedToThem(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var issuer *httptest.Server
	issuer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": issuer.URL, "jwks_uri": issuer.URL + "/keys"})
	}))
	t.Cleanup(issuer.Close)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: issuer.URL, Subject: "ci", Audience: jwt.Audience{"portico"}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).Serialize()
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	p := start(t, "serve", "--data", dir, "--oidc-issuer", issuer.URL, "--allow-outbound", "127.0.0.1")
	c := p.client(t, "--data", dir)
	c.token = "Bearer " + token
	for _, step := range []struct {
		role bool
		want int
	}{{false, 403}, {true, 200}} {
		if step.role {
			portico(t, "role", "assign", "Reader", "oidc:"+issuer.URL+"#ci", "--data", dir)
		}
		if status, body, err := c.do("GET", "/apis", nil); err != nil || status != step.want {
			t.Errorf("with the role %v: status %d (%v), want %d: %s", step.role, status, err, step.want, body)
		}
	}
	c.token = "Bearer " + token + "x"
	if status, _, err := c.do("GET", "/apis", nil); err != nil || status != 401 {
		t.Errorf("a forged token: status %d (%v), want 401", status, err)
	}
}

package account

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// MaxTokenLifetime is the longest a token may be minted for (apim-rest.md §1.11).
const MaxTokenLifetime = 30 * 24 * time.Hour

// IntegrationID is the id in tokens that stand for the service itself.
const IntegrationID = "integration"

const (
	tokenScheme   = "SharedAccessSignature"
	bearerScheme  = "Bearer"                       // how SDKs send whatever token they are given
	maxToken      = 2048                           // bytes of a token in any spelling
	compactExpiry = "200601021504"                 // yyyyMMddHHmm, UTC
	roundTrip     = "2006-01-02T15:04:05.0000000Z" // .NET "O", UTC
)

// Token is a shared access token as received, not yet verified.
type Token struct {
	ID      apim.Name // a user's id or IntegrationID
	Expires time.Time

	signed    string // the string to sign
	signature []byte
}

// MintCompact makes id&yyyyMMddHHmm&signature. The expiry is truncated to the minute.
func MintCompact(id string, expires time.Time, key string) string {
	expires = expires.UTC().Truncate(time.Minute)
	sum := sign(id+"\n"+expires.Format(roundTrip), key)
	return id + "&" + expires.Format(compactExpiry) + "&" + base64.StdEncoding.EncodeToString(sum)
}

// ParseToken reads a token in any of its spellings, with or without the scheme.
// The error is apim.ErrUnauthorized.
func ParseToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	scheme, rest, _ := strings.Cut(text, " ")
	if _, ok := apim.Spelling(scheme, tokenScheme, bearerScheme); ok {
		text = strings.TrimSpace(rest)
	}
	if len(text) > maxToken {
		return Token{}, refuse("the token is too long")
	}
	if rest, ok := strings.CutPrefix(text, `token="`); ok {
		inner, after, ok := strings.Cut(rest, `"`)
		if !ok || (after != "" && after[0] != ',') {
			return Token{}, refuse("the token's quotes are wrong")
		}
		text = inner
	}
	if strings.HasPrefix(text, "uid=") {
		return parseUID(text)
	}
	return parseCompact(text)
}

func parseCompact(text string) (Token, error) {
	if strings.Contains(text, "%") {
		plain, err := url.PathUnescape(text)
		if err != nil {
			return Token{}, refuse("the token is not well-formed")
		}
		text = plain
	}
	parts := strings.Split(text, "&")
	if len(parts) != 3 || parts[0] == "" {
		return Token{}, refuse("the token is not well-formed")
	}
	expires, err := time.Parse(compactExpiry, parts[1])
	if err != nil {
		return Token{}, refuse("the token's expiry is not yyyyMMddHHmm")
	}
	return newToken(apim.Name(parts[0]), expires, expires.Format(roundTrip), parts[2])
}

func parseUID(text string) (Token, error) {
	fields := map[string]string{}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, ok := strings.Cut(pair, "=")
		if _, twice := fields[name]; !ok || twice {
			return Token{}, refuse("the token is not well-formed")
		}
		if strings.Contains(value, "%") {
			plain, err := url.PathUnescape(value)
			if err != nil {
				return Token{}, refuse("the token is not well-formed")
			}
			value = plain
		}
		fields[name] = value
	}
	if fields["uid"] == "" {
		return Token{}, refuse("the token names nobody")
	}
	expires, err := time.Parse(time.RFC3339Nano, fields["ex"])
	if err != nil {
		return Token{}, refuse("the token's expiry is not an ISO 8601 time")
	}
	return newToken(apim.Name(fields["uid"]), expires, fields["ex"], fields["sn"])
}

func newToken(id apim.Name, expires time.Time, ex, signature string) (Token, error) {
	sum, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(sum) != sha512.Size {
		return Token{}, refuse("the token's signature is not one")
	}
	return Token{ID: id, Expires: expires.UTC(), signed: string(id) + "\n" + ex, signature: sum}, nil
}

// SignedBy reports whether the token was signed with the key, in constant time.
func (t Token) SignedBy(key string) bool {
	return key != "" && hmac.Equal(t.signature, sign(t.signed, key))
}

func sign(text, key string) []byte {
	mac := hmac.New(sha512.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// RefusedError is apim.ErrUnauthorized with a reason for the audit log, which is
// not for who asked.
type RefusedError struct {
	Reason  string
	Subject string // of a token that was signed once; "" when nobody can be sure
}

func (e *RefusedError) Error() string { return e.Reason + ": " + apim.ErrUnauthorized.Error() }

// Unwrap makes errors.Is(err, apim.ErrUnauthorized) true.
func (e *RefusedError) Unwrap() error { return apim.ErrUnauthorized }

func refuse(reason string) error { return &RefusedError{Reason: reason} }

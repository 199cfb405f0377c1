package account

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

// TenantAccess is the resource whose keys sign tokens (apim-rest.md §1.11).
const TenantAccess = settings.Access

// The secret fields of [TenantAccess] and of subscriptions.
const (
	primaryKey   = "primaryKey"
	secondaryKey = "secondaryKey"
)

// Authenticate checks the value of an Authorization header, or a bare token, in
// any spelling of a shared access token. The error is apim.ErrUnauthorized for
// anything but a valid token of an active principal.
func (s *Service) Authenticate(ctx context.Context, header string) (access.Principal, error) {
	token, err := ParseToken(header)
	if err != nil {
		return access.Principal{}, err
	}
	return store.Read(ctx, s.store, func(tx *store.Tx) (access.Principal, error) {
		if token.ID.Same(IntegrationID) {
			return access.Principal{Integration: true, Admin: true}, checkServiceToken(tx, token)
		}
		if subject := string(token.ID.Key()); strings.HasPrefix(subject, TokenPrefix) {
			return access.Principal{Subject: subject}, checkServiceToken(tx, token)
		}
		v, made, err := checkUserToken(tx, token)
		if err != nil {
			return access.Principal{}, err
		}
		maker, err := s.maker(tx, made, v.User.ID)
		return access.Principal{UserID: v.User.ID, Admin: v.Admin, Maker: maker}, err
	})
}

// checkServiceToken checks a token of the service itself or of a name. There are
// none while access by token is switched off.
func checkServiceToken(tx *store.Tx, token Token) error {
	if err := checkToken(tx, token, "", madeBy{}); err != nil {
		return err
	}
	return checkTokensAllowed(tx)
}

func checkTokensAllowed(tx *store.Tx) error {
	allowed, err := settings.TokensAllowed(tx)
	if err == nil && !allowed {
		return refuse("access by token is switched off in tenant/access")
	}
	return err
}

// TokenPrefix begins the ids of named tokens, such as "token:ci", whose rights
// are the roles assigned to them. The id of a user has no colon.
const TokenPrefix = "token:"

// MintNamed makes a compact token of a named principal: [TokenPrefix] and a name.
func (s *Service) MintNamed(ctx context.Context, subject string, expires time.Time) (token string, err error) {
	if !named.MatchString(subject) {
		return "", apim.Invalid("name", fmt.Sprintf("The name of a token must be letters, digits, hyphens, dots and underscores, at most 64; it is %q.", strings.TrimPrefix(subject, TokenPrefix)))
	}
	if err := s.checkExpiry(expires); err != nil {
		return "", err
	}
	return s.mintCompact(ctx, subject, expires)
}

var named = regexp.MustCompile(`^token:[a-z0-9._-]{1,64}$`)

func checkUserToken(tx *store.Tx, token Token) (*Visitor, madeBy, error) {
	ref := apim.UserRef(token.ID)
	text, err := tx.MintedToken(token.signature)
	if err != nil {
		return nil, madeBy{}, err
	}
	epoch, err := tx.Meta(epochMeta(ref))
	if err != nil {
		return nil, madeBy{}, err
	}
	made := parseMade(text)
	if err := checkToken(tx, token, epoch, made); err != nil {
		return nil, madeBy{}, err
	}
	v, err := visitor(tx, token.ID)
	return v, made, err
}

// checkToken checks the signature, then the expiry, so that a forged token reveals nothing.
func checkToken(tx *store.Tx, token Token, epoch string, made madeBy) error {
	var keys []string
	for _, field := range []string{primaryKey, secondaryKey} {
		key, err := apim.OrNone(tx.Secret(TenantAccess, field))
		if err != nil {
			return err
		}
		if key != "" {
			keys = append(keys, key)
		}
	}
	switch {
	case !token.signedByAny(keys, epoch, made):
		if token.wasSigned(keys, epoch, made) {
			return &RefusedError{Reason: "the token was revoked", Subject: string(token.ID.Key())}
		}
		return refuse("the token's signature is wrong")
	case !tx.Now().Before(token.Expires):
		return &RefusedError{Reason: "the token has expired", Subject: string(token.ID.Key())}
	}
	return nil
}

// signedByAny reports whether one of the keys signed the token in an epoch.
func (t Token) signedByAny(keys []string, epoch string, made madeBy) bool {
	genuine := false
	for _, key := range keys {
		genuine = t.SignedBy(made.key(epochKey(key, epoch))) || genuine
	}
	return genuine
}

// wasSigned reports whether the token was good in one of the last epochs.
func (t Token) wasSigned(keys []string, epoch string, made madeBy) bool {
	n, _ := strconv.Atoi(epoch) // "" is 0
	for earlier := n - 1; earlier >= max(0, n-5); earlier-- {
		name := ""
		if earlier > 0 {
			name = strconv.Itoa(earlier)
		}
		if t.signedByAny(keys, name, made) {
			return true
		}
	}
	return false
}

// epochMeta names the stored count of how often a user's tokens were invalidated.
func epochMeta(user apim.Ref) string { return "account.epoch/" + string(user.Key()) }

// epochKey is the key that signs a user's tokens. Tokens have no field for an
// epoch, so it is part of the key: the next epoch invalidates earlier
// signatures. The first epoch adds nothing, so that clients which sign tokens
// with the key of tenant/access, as the wire format allows, keep working.
func epochKey(key, epoch string) string {
	if epoch == "" {
		return key
	}
	return key + "\n" + epoch
}

// MintToken makes a compact token for an active user, for whoever runs the
// program; for requests there is [Service.MintFor]. It is signed with the key that
// keyType names (primary or secondary; "": primary). It is valid to the minute
// of expires, and for at most MaxTokenLifetime. Errors: *apim.InvalidError,
// apim.ErrNotFound.
func (s *Service) MintToken(ctx context.Context, userID apim.Name, keyType string, expires time.Time) (token string, err error) {
	field, until, err := s.checkMinting(keyType, expires)
	if err != nil {
		return "", err
	}
	return store.Read(ctx, s.store, func(tx *store.Tx) (string, error) { return mintUser(tx, userID, field, until, madeBy{}) })
}

// checkMinting is the secret that keyType names and the minute until which a
// token is valid: at least for a moment.
func (s *Service) checkMinting(keyType string, expires time.Time) (field string, until time.Time, err error) {
	if field, err = keyField(keyType); err != nil {
		return "", time.Time{}, err
	}
	if err := s.checkExpiry(expires); err != nil {
		return "", time.Time{}, err
	}
	until = expires.UTC().Truncate(time.Minute)
	if !until.After(s.store.Now()) {
		until = until.Add(time.Minute)
	}
	return field, until, nil
}

func mintUser(tx *store.Tx, userID apim.Name, field string, until time.Time, made madeBy) (string, error) {
	u, err := getUser(tx, apim.UserRef(userID))
	if err != nil {
		return "", err
	}
	if u.State != apim.UserActive {
		return "", apim.Invalid("userId", fmt.Sprintf("user %s is %s; only active users have tokens.", u.ID, u.State))
	}
	key, err := tx.Secret(TenantAccess, field)
	if err != nil {
		return "", err
	}
	epoch, err := tx.Meta(epochMeta(apim.UserRef(u.ID)))
	if err != nil {
		return "", err
	}
	return MintCompact(string(u.ID), until, made.key(epochKey(key, epoch))), nil
}

// MintAdmin makes a compact token of the integration principal that is valid
// for at least the given lifetime, up to MaxTokenLifetime.
func (s *Service) MintAdmin(ctx context.Context, lifetime time.Duration) (token string, err error) {
	expires := s.store.Now().Add(lifetime)
	if err := s.checkExpiry(expires); err != nil {
		return "", err
	}
	if up := expires.Truncate(time.Minute).Add(time.Minute); s.checkExpiry(up) == nil {
		expires = up // compact tokens expire at a full minute
	}
	return s.mintCompact(ctx, IntegrationID, expires)
}

// mintCompact signs a token with the primary key of the service.
func (s *Service) mintCompact(ctx context.Context, subject string, expires time.Time) (string, error) {
	key, err := store.Read(ctx, s.store, func(tx *store.Tx) (string, error) { return tx.Secret(TenantAccess, primaryKey) })
	if err != nil {
		return "", err
	}
	return MintCompact(subject, expires, key), nil
}

// Authorization is the value of an Authorization header for a token.
func Authorization(token string) string { return tokenScheme + " " + token }

func keyField(keyType string) (string, error) {
	switch apim.Name(keyType).Key() {
	case "", "primary":
		return primaryKey, nil
	case "secondary":
		return secondaryKey, nil
	}
	return "", apim.Invalid("keyType", fmt.Sprintf("keyType must be primary or secondary; it is %q.", keyType))
}

func (s *Service) checkExpiry(expires time.Time) error {
	now := s.store.Now()
	if !expires.After(now) {
		return apim.Invalid("expiry", "expiry is required and must lie in the future.")
	}
	if expires.Sub(now) > MaxTokenLifetime {
		return apim.Invalid("expiry", "expiry must be at most 30 days from now.")
	}
	return nil
}

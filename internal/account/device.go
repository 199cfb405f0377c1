package account

import (
	"crypto/hmac"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// DeviceLifetime is how long a browser stays known after a sign-in.
const DeviceLifetime = 180 * 24 * time.Hour

// A browser in which somebody has signed in holds a cookie that says so, so that
// others' guesses do not hold its owner up. It proves nothing else. Its value is
// "id.issued.signature"; the signature is over the account, too, with its
// password and its epoch, so that a new password ends it.

// mintDevice makes the value for a user who has just signed in.
func (s *Service) mintDevice(tx *store.Tx, user apim.Ref) (string, error) {
	account, err := readCredentials(tx, user)
	if err != nil {
		return "", err
	}
	value := hex.EncodeToString(s.store.Random(16)) + "." + strconv.FormatInt(tx.Now().Unix(), 10)
	return value + "." + s.signDevice(value, account), nil
}

// knownDevice returns the id of a device that was given its value for the
// account; "" for any other.
func (s *Service) knownDevice(value string, account credentials) string {
	cut := strings.LastIndexByte(value, '.')
	if cut < 0 || account.user == nil || !hmac.Equal([]byte(value[cut+1:]), []byte(s.signDevice(value[:cut], account))) {
		return ""
	}
	id, issued, _ := strings.Cut(value[:cut], ".")
	at, err := strconv.ParseInt(issued, 10, 64)
	if err != nil || s.store.Now().Sub(time.Unix(at, 0)) >= DeviceLifetime {
		return ""
	}
	return id
}

func (s *Service) signDevice(value string, account credentials) string {
	sum := s.store.KeyHash(strings.Join([]string{
		"known device", value, string(account.user.ID.Key()), account.password, account.epoch,
	}, "\n"))
	return hex.EncodeToString(sum[:])
}

// credentials are what a sign-in is checked against; all zero if there is no
// such account.
type credentials struct {
	user     *User
	password string // encoded; "" if there is none
	epoch    string // see epochMeta
}

// readCredentials reads a user's; apim.ErrNotFound.
func readCredentials(tx *store.Tx, ref apim.Ref) (c credentials, err error) {
	if c.user, err = getUser(tx, ref); err != nil {
		return credentials{}, err
	}
	if c.password, err = apim.OrNone(tx.Password(ref)); err != nil {
		return credentials{}, err
	}
	c.epoch, err = tx.Meta(epochMeta(ref))
	return c, err
}

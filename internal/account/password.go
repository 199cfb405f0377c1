package account

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is the cost of an argon2id hash. It is stored with every hash, so it can
// be raised later.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var (
	standardCost = cost{memory: 19 * 1024, passes: 2, threads: 1}
	maximumCost  = cost{memory: 1 << 20, passes: 16, threads: 16} // a stored hash that demands more is corrupt
)

const (
	saltSize = 16
	hashSize = 32
)

var errEncodedPassword = errors.New("stored password is not an argon2id hash")

// hasher hashes passwords, at most one at a time per core. Few wait for a core,
// in two queues, so that strangers cannot fill the one of people who are known;
// whoever leaves gives up the place.
type hasher struct {
	cost   cost // of new hashes
	slots  chan struct{}
	queues [2]chan struct{} // of strangers, of people who are known
	random func(n int) []byte
	decoy  string // compared with for unknown accounts; matches nothing
}

func newHasher(random func(n int) []byte, c cost) *hasher {
	decoy := encode(c, random(saltSize), random(hashSize))
	h := &hasher{cost: c, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), random: random, decoy: decoy}
	for i := range h.queues {
		h.queues[i] = make(chan struct{}, maxQueue)
	}
	return h
}

// maxQueue is how many wait for a core in each queue: about two seconds' work.
const maxQueue = 64

// hash makes the PHC string of a password for storing.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := h.random(saltSize)
	sum, err := h.compute(ctx, h.cost, password, salt, hashSize, true)
	if err != nil {
		return "", err
	}
	return encode(h.cost, salt, sum), nil
}

// matches compares a password with a stored hash. An empty hash takes the same
// time and matches nothing, so the time does not reveal whether there is a
// password. known says in which queue to wait.
func (h *hasher) matches(ctx context.Context, encoded, password string, known bool) (bool, error) {
	encoded = cmp.Or(encoded, h.decoy)
	c, salt, want, err := decode(encoded)
	if err != nil {
		return false, err
	}
	got, err := h.compute(ctx, c, password, salt, uint32(len(want)), known)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (h *hasher) compute(ctx context.Context, c cost, password string, salt []byte, size uint32, known bool) ([]byte, error) {
	queue := h.queues[0]
	if known {
		queue = h.queues[1]
	}
	select {
	case queue <- struct{}{}:
		defer func() { <-queue }()
	default:
		return nil, &LimitedError{RetryAfter: time.Second}
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.passes, c.memory, c.threads, size), nil
}

func encode(c cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func decode(encoded string) (c cost, salt, sum []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errEncodedPassword
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, errEncodedPassword
	}
	if c.memory == 0 || c.passes == 0 || c.threads == 0 ||
		c.memory > maximumCost.memory || c.passes > maximumCost.passes || c.threads > maximumCost.threads {
		return c, nil, nil, errEncodedPassword
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 128 {
		return c, nil, nil, errEncodedPassword
	}
	return c, salt, sum, nil
}

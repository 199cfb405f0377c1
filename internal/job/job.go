package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Collection is where jobs are stored: /jobs/{id}.
const Collection = "jobs"

// outbox is where mail waited before it was a job. What lies there still is done.
const outbox = "outbox"

// Job is something to be done.
type Job struct {
	ID      string // unlike any other's
	Kind    string
	Payload any
	Secret  string    // what of the payload is kept encrypted; may be ""
	At      time.Time // not to be done before; zero: now
}

// Kind is how jobs of a kind are done.
type Kind struct {
	Name string
	// Do does a job once, and ends soon after its context. It is called again,
	// later, after it failed or panicked, and when the process ended before what
	// became of it was stored.
	Do      func(ctx context.Context, id string, payload json.RawMessage, secret string) error
	Timeout time.Duration // of one attempt; 0: a minute
}

// maxAttempts is how often a job is tried before it is a dead letter.
const maxAttempts = 10

// deadFor is how long dead letters are kept for somebody to look at.
const deadFor = 30 * 24 * time.Hour

const secretField = "body"

// stored is a job as it is stored.
type stored struct {
	Kind     string          `json:"kind"`
	Payload  json.RawMessage `json:"payload"`
	Created  time.Time       `json:"created"`
	Attempts int             `json:"attempts"`
	Next     time.Time       `json:"next"`            // not to be done before
	Claim    string          `json:"claim,omitempty"` // of the attempt under way
	Error    string          `json:"error,omitempty"` // of the last attempt
}

// dead reports whether the job is not tried any more.
func (s *stored) dead() bool { return s.Attempts >= maxAttempts && s.Claim == "" }

// Put stores a job, to be done once the transaction is committed.
func Put(tx *store.Tx, j Job) error {
	payload, err := json.Marshal(j.Payload)
	if err != nil {
		return fmt.Errorf("encode a job: %w", err)
	}
	ref := apim.Ref("").Child(Collection, j.ID)
	if j.At.IsZero() {
		j.At = tx.Now()
	}
	if err := put(tx, ref, &stored{Kind: j.Kind, Payload: payload, Created: tx.Now(), Next: j.At}); err != nil || j.Secret == "" {
		return err
	}
	return tx.SetSecret(ref, secretField, j.Secret)
}

func put(tx *store.Tx, ref apim.Ref, s *stored) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode a job: %w", err)
	}
	return tx.Put(&store.Document{Ref: ref, Body: data})
}

// decode reads a job. One of the outbox is a mail whose payload is all of it.
func decode(d *store.Document) (*stored, error) {
	s := new(stored)
	if err := json.Unmarshal(d.Body, s); err != nil {
		return nil, fmt.Errorf("decode %s: %w", d.Ref, err)
	}
	if d.Kind == outbox && s.Kind == "" {
		s.Kind, s.Payload = "mail", d.Body
	}
	return s, nil
}

// get reads a job; nil when it is not there any more.
func get(tx *store.Tx, ref apim.Ref) (*stored, error) {
	d, err := tx.Get(ref)
	if errors.Is(err, apim.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode(d)
}

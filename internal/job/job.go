package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Collection is where jobs are stored: /jobs/{id}.
const Collection = "jobs"

// outbox is where mail was kept before it became a job. Mail that is still there is sent.
const outbox = "outbox"

// Job is something to be done.
type Job struct {
	ID      string // unique
	Kind    string
	Payload any
	Secret  string    // the part of the payload that is stored encrypted; may be ""
	At      time.Time // earliest time to run it; zero: now
}

// Kind says how to run the jobs of one kind.
type Kind struct {
	Name string
	// Do runs a job, and returns soon after its context ends. It is called
	// again later if it failed or panicked, or if the process ended before the
	// outcome was stored.
	Do      func(ctx context.Context, id string, payload json.RawMessage, secret string) error
	Timeout time.Duration // of one attempt; 0: a minute
}

// maxAttempts is how often a job is tried before it becomes a dead letter.
const maxAttempts = 10

// deadFor is how long dead letters are kept for inspection.
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

// dead reports whether the job is no longer tried.
func (s *stored) dead() bool { return s.Attempts >= maxAttempts && s.Claim == "" }

// Put stores a job, to be run once the transaction is committed.
func Put(tx *store.Tx, j Job) error {
	payload, err := json.Marshal(j.Payload)
	if err != nil {
		return fmt.Errorf("encode a job: %w", err)
	}
	ref := apim.Ref("").Child(Collection, apim.Name(j.ID))
	if j.At.IsZero() {
		j.At = tx.Now()
	}
	if err := put(tx, ref, &stored{Kind: j.Kind, Payload: payload, Created: tx.Now(), Next: j.At}); err != nil || j.Secret == "" {
		return err
	}
	return tx.SetSecret(ref, secretField, j.Secret)
}

func put(tx *store.Tx, ref apim.Ref, s *stored) error {
	_, err := tx.Encode(ref, s)
	return err
}

// decode reads a job. An entry of the outbox is a mail, all of which is the payload.
func decode(d *store.Document) (*stored, error) {
	s := new(stored)
	if err := d.Decode(s); err != nil {
		return nil, err
	}
	if d.Kind == outbox && s.Kind == "" {
		s.Kind, s.Payload = "mail", d.Body
	}
	return s, nil
}

// get reads a job; nil if it no longer exists.
func get(tx *store.Tx, ref apim.Ref) (*stored, error) {
	d, err := apim.OrNone(tx.Get(ref))
	if err != nil || d == nil {
		return nil, err
	}
	return decode(d)
}

package mail

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Kind is the kind of a message in the outbox: /outbox/{id}.
const Kind = "outbox"

// message is a message in the outbox. Its text may hold one-time links, so it is
// kept as a secret of the document.
type message struct {
	To       string    `json:"to"`
	Subject  string    `json:"subject"`
	Created  time.Time `json:"created"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"`            // not to be sent before
	Error    string    `json:"error,omitempty"` // of the last attempt
}

const bodyField = "body"

// enqueue puts a message into the outbox.
func enqueue(tx *store.Tx, id string, m message, body string) error {
	ref := apim.Ref("").Child(Kind, id)
	m.Created, m.Next = tx.Now(), tx.Now()
	if err := put(tx, ref, m); err != nil {
		return err
	}
	return tx.SetSecret(ref, bodyField, body)
}

func put(tx *store.Tx, ref apim.Ref, m message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	return tx.Put(&store.Document{Ref: ref, Body: data})
}

// Template puts the template of a name, filled in for a user, into the outbox.
// values has the parameters beyond the user's own, OrganizationName among them.
func (s *Service) Template(tx *store.Tx, name string, user apim.Ref, values map[string]string) error {
	var t apim.EmailTemplate
	var u apim.User
	_, err := tx.Decode(apim.Ref("").Child(apim.Templates.Path, name), &t)
	if err == nil {
		_, err = tx.Decode(user, &u)
	}
	if err != nil {
		return err
	}
	all := map[string]string{
		"DevPortalUrl": s.opt.PortalURL,
		"DevFirstName": u.FirstName, "DevLastName": u.LastName, "DevEmail": u.Email,
	}
	for k, v := range values {
		all[k] = v
	}
	return enqueue(tx, s.store.NewID(), message{To: u.Email, Subject: oneLine(Fill(t.Subject, all))}, FillXHTML(t.Body, all))
}

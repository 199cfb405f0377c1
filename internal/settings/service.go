package settings

import (
	"encoding/json"
	"fmt"
	"net/mail"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Service holds what can be changed about the service itself (apim-rest.md §2.6).
type Service struct {
	PublisherName           string            `json:"publisherName,omitempty"` // OrganizationName of mail
	PublisherEmail          string            `json:"publisherEmail,omitempty"`
	NotificationSenderEmail string            `json:"notificationSenderEmail,omitempty"`
	CustomProperties        map[string]string `json:"customProperties,omitempty"`
	Tags                    map[string]string `json:"-"` // of the service's envelope
	ETag                    string            `json:"-"`
}

// Validate checks required fields and e-mail addresses.
func (s *Service) Validate(v *apim.Violations) {
	v.Text("publisherName", s.PublisherName, 100)
	v.Required("publisherEmail", s.PublisherEmail)
	for field, address := range map[string]string{"publisherEmail": s.PublisherEmail, "notificationSenderEmail": s.NotificationSenderEmail} {
		v.Length(field, address, 100)
		if a, err := mail.ParseAddress(address); address != "" && (err != nil || a.Address != address) {
			v.Addf(field, "%s must be an e-mail address; it is %q.", field, address)
		}
	}
}

// ReadService reads the settings of the service: s, the configured ones,
// overlaid with the stored changes.
func ReadService(tx *store.Tx, s Service) (*Service, error) {
	s.Tags = map[string]string{}
	doc, err := tx.Decode(ServiceRef, &s)
	if err != nil {
		return &s, apim.IfAbsent(err, nil)
	}
	s.ETag = doc.ETag
	if doc.Extra != nil {
		if err := json.Unmarshal(doc.Extra, &s.Tags); err != nil {
			return nil, fmt.Errorf("decode tags of %s: %w", ServiceRef, err)
		}
	}
	return &s, nil
}

// PutService stores the settings of the service.
func PutService(tx *store.Tx, s *Service) error {
	if err := apim.Check(s.Validate); err != nil {
		return err
	}
	doc := &store.Document{Ref: ServiceRef}
	var err error
	if doc.Body, err = json.Marshal(s); err != nil {
		return err
	}
	if doc.Extra, err = json.Marshal(s.Tags); err != nil {
		return err
	}
	return tx.Put(doc)
}

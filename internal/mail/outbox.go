package mail

import (
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/store"
)

// message is the payload of a mail job. Its text may hold one-time links, so it
// is kept as the job's secret.
type message struct {
	To      string `json:"to"` // an address
	Subject string `json:"subject"`
}

// Template stores a mail made from a named template for a user, to be sent once
// the transaction is committed. values holds the parameters other than the
// user's own, OrganizationName among them.
func (s *Service) Template(tx *store.Tx, name apim.Name, user apim.Ref, values map[string]string) error {
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
	return job.Put(tx, job.Job{
		ID: s.store.NewID(), Kind: kind,
		Payload: message{To: u.Email, Subject: oneLine(Fill(t.Subject, all))}, Secret: FillXHTML(t.Body, all),
	})
}

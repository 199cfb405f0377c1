package doctor

import (
	"context"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/store"
)

// mailWaits finds mail that waits while none is sent. Name the mail server with --smtp.
func (s *Service) mailWaits(ctx context.Context) (found []apim.Finding, err error) {
	if s.Mail {
		return nil, nil
	}
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		waiting, err := tx.ListAll(job.Collection)
		if err == nil && len(waiting) > 0 {
			found = []apim.Finding{*warning("MailWaits", "No mail is sent, and %d messages wait, such as invitations. Name the server that sends mail with --smtp.", len(waiting))}
		}
		return err
	})
	return found, err
}

package management

import (
	"cmp"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// notificationBehaviour keeps notifications unchanged: only their recipients change.
func notificationBehaviour() behaviour {
	return behaviour{
		prepare: func(w *write) error { return w.old.Decode(w.resource) },
		show:    showNotification,
	}
}

// showNotification adds the recipients.
func showNotification(c *call, doc *store.Document) (json.RawMessage, error) {
	recipients := map[string][]apim.Name{"emails": {}, "users": {}}
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		for word, kind := range map[string]*apim.Kind{"emails": apim.RecipientEmails, "users": apim.RecipientUsers} {
			docs, err := tx.List(kind.Path, doc.Ref)
			if err != nil {
				return err
			}
			for _, d := range docs {
				recipients[word] = append(recipients[word], d.Name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return withMembers(doc.Body, map[string]any{"recipients": recipients})
}

// prepareEmailRecipient and prepareUserRecipient take the recipient from the address.
func prepareEmailRecipient(w *write) error {
	w.resource.(*apim.RecipientEmail).Email = string(w.ref.Name())
	return nil
}

func prepareUserRecipient(w *write) error {
	ref := apim.UserRef(w.ref.Name())
	doc, err := w.tx.Get(ref)
	if err != nil {
		return apim.IfAbsent(err, apim.Invalid("userId", "There is no user "+string(w.ref.Name())+"."))
	}
	w.resource.(*apim.RecipientUser).UserID = string(doc.Ref)
	return nil
}

// templateBehaviour keeps the parameters of an e-mail template, which cannot be
// changed, and records whether the text was.
func templateBehaviour() behaviour {
	return behaviour{prepare: func(w *write) error {
		old := new(apim.EmailTemplate)
		if w.old != nil {
			if err := w.old.Decode(old); err != nil {
				return err
			}
		}
		t := w.resource.(*apim.EmailTemplate)
		t.IsDefault = false
		for _, f := range []struct{ to, from *string }{
			{&t.Subject, &old.Subject}, {&t.Body, &old.Body}, {&t.Title, &old.Title}, {&t.Description, &old.Description},
		} {
			*f.to = cmp.Or(*f.to, *f.from)
		}
		if t.Parameters == nil {
			t.Parameters = old.Parameters
		}
		return nil
	}}
}

// storedWorkspace gives a new workspace its notifications.
func storedWorkspace(w *write) error {
	if w.old != nil {
		return nil
	}
	return putMissing(w.tx, w.ref)
}

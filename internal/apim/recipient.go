package apim

import "net/mail"

// RecipientEmail is an address that gets a notification; its name is the address.
type RecipientEmail struct {
	Email string `json:"email"`
}

// Validate requires an e-mail address.
func (r *RecipientEmail) Validate(v *Violations) {
	if a, err := mail.ParseAddress(r.Email); err != nil || a.Address != r.Email {
		v.Addf("email", "email must be an e-mail address; it is %q.", r.Email)
	}
}

// RecipientEmails is the kind of /notifications/recipientEmails.
var RecipientEmails = &Kind{
	Path: "notifications/recipientEmails", Verbs: Head | Put | Delete, New: func() Resource { return new(RecipientEmail) },
	Member: true, NoBody: true, AnyName: true, MaxName: 254, Workspace: true,
	Idle: "The service sends publishers no notifications yet.",
}

// RecipientUser is a user who gets a notification.
type RecipientUser struct {
	UserID string `json:"userId"` // stored short: /users/x
}

// Validate does nothing: that the user exists is checked against the store.
func (r *RecipientUser) Validate(*Violations) {}

// RecipientUsers is the kind of /notifications/recipientUsers.
var RecipientUsers = &Kind{
	Path: "notifications/recipientUsers", Verbs: Head | Put | Delete, New: func() Resource { return new(RecipientUser) },
	Member: true, NoBody: true, Workspace: true, Refs: []string{"userId"},
	Idle: "The service sends publishers no notifications yet.",
}

// notificationNames and templateNames are the closed sets of built-in names.
func notificationNames() []Name {
	var names []Name
	for _, n := range Notifications {
		names = append(names, n.Name)
	}
	return names
}

func templateNames() []Name {
	var names []Name
	for _, t := range EmailTemplates {
		names = append(names, t.Name)
	}
	return names
}

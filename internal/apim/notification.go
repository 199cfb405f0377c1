package apim

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Notification informs publishers of an event (apim-rest.md §1.16).
// Its recipients are resources below it.
type Notification struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Validate does nothing: notifications are built in.
func (n *Notification) Validate(*Violations) {}

// NotificationKinds is the kind of /notifications.
var NotificationKinds = &Kind{
	Path: "notifications", Verbs: Get | Put, New: func() Resource { return new(Notification) },
	Fixed: true, NoBody: true, Names: notificationNames(), Workspace: true,
}

// NotificationInfo is one built-in notification.
type NotificationInfo struct {
	Name               Name
	Title, Description string
}

// Notifications lists all notifications.
var Notifications = []NotificationInfo{
	{"RequestPublisherNotificationMessage", "Subscription requests", "A developer asked for a subscription to a product that needs approval."},
	{"PurchasePublisherNotificationMessage", "New subscriptions", "A developer has a new subscription to a product."},
	{"NewApplicationNotificationMessage", "New applications", "A developer submitted an application to the gallery."},
	{"BCC", "Copies", "Blind copies of the mail that developers get."},
	{"NewIssuePublisherNotificationMessage", "New issues and comments", "A developer reported an issue, or commented on one."},
	{"AccountClosedPublisher", "Closed accounts", "A developer closed an account."},
	{"QuotaLimitApproachingPublisherNotificationMessage", "Quota almost used up", "A subscription is about to reach the quota of its product."},
}

// EmailTemplate is the text of a mail to a developer. $Name in it stands for a parameter.
type EmailTemplate struct {
	Subject     string              `json:"subject"`
	Title       string              `json:"title,omitempty"` // name for administrators
	Description string              `json:"description,omitempty"`
	Body        string              `json:"body"`                 // well-formed XHTML
	IsDefault   bool                `json:"isDefault"`            // whether the text is still the built-in one
	Parameters  []TemplateParameter `json:"parameters,omitempty"` // what $Name may stand in the text
}

// TemplateParameter is a parameter that a template may use.
type TemplateParameter struct {
	Name        string `json:"name"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Validate checks that the body is well-formed, and the subject one line.
func (t *EmailTemplate) Validate(v *Violations) {
	if v.Required("subject", t.Subject) {
		v.Length("subject", t.Subject, 1000)
		if strings.ContainsAny(t.Subject, "\r\n") {
			v.Addf("subject", "subject must be one line.")
		}
	}
	if v.Required("body", t.Body) {
		v.wellFormed("body", t.Body)
	}
	for i, p := range t.Parameters {
		v.At("parameters", i, func(v *Violations) {
			v.Required("name", p.Name)
			v.Length("name", p.Name, 256)
			v.Length("title", p.Title, 4096)
			v.Length("description", p.Description, 256)
		})
	}
}

// Templates is the kind of /templates.
var Templates = &Kind{
	Path: "templates", Verbs: CRUD, New: func() Resource { return new(EmailTemplate) }, Fixed: true,
	Names: templateNames(), Filter: onlyName,
}

// wellFormed reports text that is not well-formed XHTML.
func (v *Violations) wellFormed(field, text string) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			line, column := d.InputPos()
			v.Addf(field, "%s must be well-formed XHTML: line %d, column %d: %v.", field, line, column, err)
			return
		}
	}
}

package apim

import (
	"cmp"
	"time"
)

// Issue is what a consumer reports about an API.
type Issue struct {
	Title       string     `json:"title"`
	Description string     `json:"description"`
	UserID      string     `json:"userId"`          // stored short: /users/x
	APIID       string     `json:"apiId,omitempty"` // stored short: /apis/x
	CreatedDate *time.Time `json:"createdDate,omitempty"`
	State       string     `json:"state,omitempty"` // proposed, open, removed, resolved, closed
}

// Default makes a proposed issue.
func (i *Issue) Default() {
	i.State = cmp.Or(i.State, "proposed")
}

// Validate checks what is required, and the state.
func (i *Issue) Validate(v *Violations) {
	v.Text("title", i.Title, 300)
	v.Text("description", i.Description, 16<<10)
	v.Required("userId", i.UserID)
	v.OneOf("state", &i.State, "proposed", "open", "removed", "resolved", "closed")
}

// APIIssues is the kind of /apis/issues.
var APIIssues = &Kind{
	Path: "apis/issues", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Issue) }, MaxName: 256,
	Filter: IssueFilter, Refs: []string{"userId", "apiId"},
}

// IssueFilter are the $filter fields of issues, below an API or not.
var IssueFilter = Fields{"name", "apiId", "title", "description", "authorName", "userId", "state"}

// IssueComment is one comment on an issue.
type IssueComment struct {
	Text        string     `json:"text"`
	UserID      string     `json:"userId"` // stored short: /users/x
	CreatedDate *time.Time `json:"createdDate,omitempty"`
}

// Validate checks what is required.
func (c *IssueComment) Validate(v *Violations) {
	v.Text("text", c.Text, 16<<10)
	v.Required("userId", c.UserID)
}

// IssueComments is the kind of /apis/issues/comments.
var IssueComments = &Kind{
	Path: "apis/issues/comments", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(IssueComment) }, MaxName: 256,
	Filter: issuePartFilter, Refs: []string{"userId"},
}

var issuePartFilter = Fields{"name", "userId"} // of comments and attachments

// IssueAttachment is a link, or a file in base64 with its media type as ContentFormat.
type IssueAttachment struct {
	Title         string `json:"title"`
	ContentFormat string `json:"contentFormat"` // link, or the media type of the file
	Content       string `json:"content"`       // the address, or the file in base64
}

// Validate checks what is required, and a link's address.
func (a *IssueAttachment) Validate(v *Violations) {
	v.Text("title", a.Title, 300)
	v.Required("contentFormat", a.ContentFormat)
	if v.Required("content", a.Content) && a.ContentFormat == "link" {
		v.URL("content", a.Content)
	}
}

// IssueAttachments is the kind of /apis/issues/attachments.
var IssueAttachments = &Kind{
	Path: "apis/issues/attachments", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(IssueAttachment) }, MaxName: 256,
	Filter: issuePartFilter,
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/client"
)

type publishCommand struct {
	connection  `embed:""`
	Description string `help:"What is new, for the list of revisions." placeholder:"TEXT"`
	Name        string `help:"Name of the revision; default: the time." placeholder:"NAME"`
	At          string `help:"Publish the draft as it is now at a later time, such as 2026-12-01T09:00 (local time) or with a zone." placeholder:"TIME"`
	Check       bool   `help:"Show what publishing would find, without publishing."`
}

// portalRevision is a published site as the management API returns it.
type portalRevision struct {
	Name       string
	Properties struct {
		Description, Status, StatusDetails, Author string
		IsCurrent                                  bool
		CreatedDateTime                            time.Time
		ScheduledDateTime                          *time.Time
	}
}

// Run publishes the draft, or checks it.
func (c *publishCommand) Run(ctx context.Context, s streams) error {
	at, err := parseTime(c.At)
	if err != nil {
		return fmt.Errorf("--at: %w", err)
	}
	return c.with(ctx, s, func(api *client.Client) error {
		if c.Check {
			return checkDraft(ctx, api, s)
		}
		return publishDraft(ctx, api, s, c.Name, c.Description, at)
	})
}

// parseTime reads a time as people type it, in local time unless it names a
// zone. The empty text is the zero time.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write 2026-12-01T09:00, or with a zone 2026-12-01T09:00+01:00", text)
}

// publishDraft publishes the draft and prints what was found. An empty name
// names the revision after the time.
func publishDraft(ctx context.Context, api *client.Client, s streams, name, description string, at time.Time) error {
	name = cmp.Or(name, revisionName(s.now()))
	var r portalRevision
	properties := map[string]any{"description": description, "isCurrent": true}
	if !at.IsZero() {
		properties = map[string]any{"description": description, "scheduledDateTime": at}
	}
	if err := api.Put(ctx, "/portalRevisions/"+segment(name), properties, &r); err != nil {
		return err
	}
	if r.Properties.StatusDetails != "" {
		fmt.Fprintln(s.out, r.Properties.StatusDetails)
	}
	if r.Properties.Status != "completed" {
		return fmt.Errorf("revision %s has errors and is not published; the site stays as it was. Fix them and publish again", r.Name)
	}
	if t := r.Properties.ScheduledDateTime; t != nil {
		_, err := fmt.Fprintf(s.out, "Revision %s will be published on %s. Cancel that with: portico revisions schedule %[1]s --cancel\n", r.Name, t.Local().Format("2006-01-02 at 15:04 MST"))
		return err
	}
	_, err := fmt.Fprintf(s.out, "Published as revision %s. Go back with: portico revisions restore NAME\n", r.Name)
	return err
}

// revisionName names a revision after the time, to the millisecond, since
// scripts publish more than once a second.
func revisionName(now time.Time) string {
	return strings.ReplaceAll(now.UTC().Format("20060102150405.000"), ".", "")
}

func checkDraft(ctx context.Context, api *client.Client, s streams) error {
	var found struct{ Value []apim.Finding }
	if err := api.Get(ctx, "/portalRevisions/draft/findings", &found); err != nil {
		return err
	}
	failed := 0
	for _, f := range found.Value {
		if f.Severity == apim.SeverityError {
			failed++
		}
		place := f.Target
		if f.Path != "" {
			place += " at " + f.Path
		}
		fmt.Fprintf(s.out, "%s: %s: %s\n", f.Severity, place, f.Message)
	}
	if failed > 0 {
		return fmt.Errorf("%s: the draft cannot be published", counted(failed, "error"))
	}
	_, err := fmt.Fprintf(s.out, "The draft can be published; %s.\n", counted(len(found.Value), "warning"))
	return err
}

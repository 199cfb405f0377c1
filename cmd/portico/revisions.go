package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/portico-portal/portico/internal/client"
)

type revisionsCommand struct {
	List     revisionsListCommand     `cmd:"" help:"List the published sites, the newest first."`
	Show     revisionsShowCommand     `cmd:"" help:"Show one, and what publishing it found."`
	Diff     revisionsDiffCommand     `cmd:"" help:"Show what changed between two, or since one."`
	Restore  revisionsRestoreCommand  `cmd:"" help:"Make an earlier one the published site again."`
	Schedule revisionsScheduleCommand `cmd:"" help:"Publish one at a later time, or cancel that."`
	Prune    revisionsPruneCommand    `cmd:"" help:"Delete old ones; the published site stays."`
}

// format is how a command prints what it found.
type format struct {
	Output string `help:"text or json." enum:"text,json" default:"text"`
	JSON   bool   `name:"json" help:"Same as --output json."`
}

// print writes v as JSON if --output asks for it; otherwise text prints it.
func (f format) print(w io.Writer, v any, text func() error) error {
	if f.Output != "json" && !f.JSON {
		return text()
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type revisionsListCommand struct {
	connection `embed:""`
	format     `embed:""`
}

// Run prints the revisions as a table.
func (c *revisionsListCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		list, err := revisions(ctx, api)
		if err != nil {
			return err
		}
		return c.print(s.out, list, func() error {
			table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "REVISION\tSTATUS\tCREATED\tBY\tDESCRIPTION")
			for i := len(list) - 1; i >= 0; i-- {
				r, p := list[i], list[i].Properties
				status := p.Status
				if p.IsCurrent {
					status = "current"
				} else if p.ScheduledDateTime != nil {
					status = "from " + p.ScheduledDateTime.Local().Format("2006-01-02 15:04")
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Name, status, p.CreatedDateTime.Format("2006-01-02 15:04"), p.Author, p.Description)
			}
			return table.Flush()
		})
	})
}

type revisionsShowCommand struct {
	connection `embed:""`
	format     `embed:""`
	Name       string `arg:"" help:"Name of the revision."`
}

// Run prints a revision.
func (c *revisionsShowCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		var r portalRevision
		if err := api.Get(ctx, "/portalRevisions/"+segment(c.Name), &r); err != nil {
			return fmt.Errorf("revision %s: %w", c.Name, err)
		}
		p := r.Properties
		return c.print(s.out, r, func() error {
			_, err := fmt.Fprintf(s.out, "%s (%s, current: %t)\ncreated %s by %s\n%s\n%s\n", r.Name, p.Status, p.IsCurrent,
				p.CreatedDateTime.Format("2006-01-02 15:04:05"), p.Author, p.Description, p.StatusDetails)
			return err
		})
	})
}

type revisionsDiffCommand struct {
	connection `embed:""`
	format     `embed:""`
	From       string `arg:"" optional:"" default:"current" help:"A revision, current or draft."`
	To         string `arg:"" optional:"" default:"draft" help:"A revision, current or draft."`
}

// Run prints the differences.
func (c *revisionsDiffCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		var d siteDiff
		if err := api.Get(ctx, "/portalRevisions/"+segment(c.From)+"/diff?to="+segment(c.To), &d); err != nil {
			return fmt.Errorf("compare %s with %s: %w", c.From, c.To, err)
		}
		return c.print(s.out, d, func() error { return d.write(s.out) })
	})
}

// siteDiff lists the differences between two sites.
type siteDiff struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Changed []struct {
		Item   string `json:"item"`
		Fields []struct {
			Path   string `json:"path"`
			Before string `json:"before"`
			After  string `json:"after"`
		} `json:"fields"`
	} `json:"changed"`
}

func (d *siteDiff) write(w io.Writer) error {
	for _, ref := range d.Added {
		fmt.Fprintln(w, "+", ref)
	}
	for _, ref := range d.Removed {
		fmt.Fprintln(w, "-", ref)
	}
	for _, c := range d.Changed {
		fmt.Fprintln(w, "~", c.Item)
		for _, f := range c.Fields {
			fmt.Fprintf(w, "    %s: %s → %s\n", f.Path, cmp.Or(f.Before, "(none)"), cmp.Or(f.After, "(none)"))
		}
	}
	_, err := fmt.Fprintf(w, "%d added, %d removed, %d changed from %s to %s.\n", len(d.Added), len(d.Removed), len(d.Changed), d.From, d.To)
	return err
}

type revisionsRestoreCommand struct {
	connection `embed:""`
	Name       string `arg:"" help:"Name of the revision."`
	Draft      bool   `help:"Restore the draft to it instead; later edits are lost."`
}

// Run makes the revision current or, with --draft, restores the draft to it.
func (c *revisionsRestoreCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		if c.Draft {
			var d siteDiff
			if err := api.Post(ctx, "/portalRevisions/"+segment(c.Name)+"/restoreDraft", &d); err != nil {
				return fmt.Errorf("revision %s: %w", c.Name, err)
			}
			return d.write(s.out)
		}
		if err := api.Patch(ctx, "/portalRevisions/"+segment(c.Name), map[string]any{"isCurrent": true}, nil); err != nil {
			return fmt.Errorf("revision %s: %w", c.Name, err)
		}
		_, err := fmt.Fprintf(s.out, "Revision %s is the published site. The draft is as it was; see: portico revisions diff\n", c.Name)
		return err
	})
}

type revisionsScheduleCommand struct {
	connection `embed:""`
	Name       string `arg:"" help:"Name of the revision."`
	At         string `help:"When, such as 2026-12-01T09:00 (local time) or with a zone." placeholder:"TIME" xor:"when" required:""`
	Cancel     bool   `help:"Do not publish it." xor:"when" required:""`
}

// Run sets or clears the time at which the revision is published.
func (c *revisionsScheduleCommand) Run(ctx context.Context, s streams) error {
	at, err := parseTime(c.At)
	if err != nil {
		return fmt.Errorf("--at: %w", err)
	}
	return c.with(ctx, s, func(api *client.Client) error {
		properties, told := map[string]any{"scheduledDateTime": nil}, "Revision %s is not scheduled.\n"
		if !c.Cancel {
			properties["scheduledDateTime"] = at
			told = "Revision %s will be published on " + at.Local().Format("2006-01-02 at 15:04 MST") + ".\n"
		}
		if err := api.Patch(ctx, "/portalRevisions/"+segment(c.Name), properties, nil); err != nil {
			return fmt.Errorf("revision %s: %w", c.Name, err)
		}
		_, err := fmt.Fprintf(s.out, told, c.Name)
		return err
	})
}

type revisionsPruneCommand struct {
	connection `embed:""`
	Keep       int `help:"How many of the newest to keep." default:"20"`
}

// Run deletes all revisions but the newest ones and the current one.
func (c *revisionsPruneCommand) Run(ctx context.Context, s streams) error {
	if c.Keep < 1 {
		return fmt.Errorf("--keep is %d; at least 1 revision stays", c.Keep)
	}
	return c.with(ctx, s, func(api *client.Client) error {
		list, err := revisions(ctx, api)
		if err != nil {
			return err
		}
		if len(list) <= c.Keep {
			_, err := fmt.Fprintf(s.out, "Nothing to delete: the service has %s.\n", counted(len(list), "revision"))
			return err
		}
		slices.SortStableFunc(list, func(a, b portalRevision) int {
			return b.Properties.CreatedDateTime.Compare(a.Properties.CreatedDateTime)
		})
		var done struct{ Deleted []string }
		oldest := list[c.Keep-1].Name
		if err := api.Post(ctx, "/portalRevisions/"+segment(oldest)+"/deleteOlder", &done); err != nil {
			return fmt.Errorf("delete revisions older than %s: %w", oldest, err)
		}
		for _, name := range done.Deleted {
			fmt.Fprintln(s.out, "-", name)
		}
		_, err = fmt.Fprintf(s.out, "%s deleted, %d kept.\n", counted(len(done.Deleted), "revision"), len(list)-len(done.Deleted))
		return err
	})
}

// revisions reads all portal revisions.
func revisions(ctx context.Context, api *client.Client) ([]portalRevision, error) {
	return client.List[portalRevision](ctx, api, "/portalRevisions")
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/portico-portal/portico/internal/client"
)

type auditCommand struct {
	connection `embed:""`
	format     `embed:""`
	Resource   string `help:"Only entries about a resource, such as /apis/orders, or anything below it." placeholder:"ID"`
	Actor      string `help:"Only what a user (ID), a token (token:NAME) or the program itself (system) did." placeholder:"NAME"`
	Since      string `help:"Only entries since a time, such as 2026-12-01T09:00, or for a period, such as 24h." placeholder:"TIME"`
	Limit      int    `help:"How many entries, at most 1000." default:"50"`
}

// auditEntry is an entry of the audit log as the management API shows it.
type auditEntry struct {
	Timestamp  time.Time `json:"timestamp"`
	Actor      string    `json:"actor"`
	IPAddress  string    `json:"ipAddress,omitempty"`
	RequestID  string    `json:"requestId,omitempty"`
	Action     string    `json:"action"`
	ResourceID string    `json:"resourceId"`
	Before     any       `json:"before,omitempty"`
	After      any       `json:"after,omitempty"`
}

// Run prints the newest entries first.
func (c *auditCommand) Run(ctx context.Context, s streams) error {
	query, err := c.query(s.now())
	if err != nil {
		return err
	}
	return c.with(ctx, s, func(api *client.Client) error {
		var list struct{ Value []auditEntry }
		if err := api.Get(ctx, "/auditLogs?"+query.Encode(), &list); err != nil {
			return err
		}
		return c.print(s.out, list.Value, func() error {
			table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "TIME\tACTOR\tACTION\tRESOURCE\tFROM")
			for _, e := range list.Value {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.Timestamp.Local().Format(time.DateTime), e.Actor, e.Action, cmp.Or(e.ResourceID, "/"), e.IPAddress)
			}
			return table.Flush()
		})
	})
}

func (c *auditCommand) query(now time.Time) (url.Values, error) {
	if c.Limit < 1 || c.Limit > 1000 {
		return nil, fmt.Errorf("--limit is %d; it is from 1 to 1000", c.Limit)
	}
	q := url.Values{"$top": {fmt.Sprint(c.Limit)}}
	for name, value := range map[string]string{"resource": c.Resource, "actor": c.Actor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Since == "" {
		return q, nil
	}
	since, err := parseTime(c.Since)
	if ago, failed := time.ParseDuration(c.Since); failed == nil {
		since, err = now.Add(-ago), nil
	}
	if err != nil {
		return nil, fmt.Errorf("--since: %w; or how long ago, such as 24h", err)
	}
	q.Set("since", since.UTC().Format(time.RFC3339))
	return q, nil
}

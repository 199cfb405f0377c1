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
	Action     string `help:"Only one action: put, delete, link, signIn, authenticate, authorize, ..." placeholder:"NAME"`
	Outcome    string `help:"Only one outcome: succeeded; or, of what was refused, failed, throttled, denied." placeholder:"NAME"`
	Address    string `help:"Only what came from an address, such as 192.0.2.7." placeholder:"IP"`
	Since      string `help:"Only entries since a time, such as 2026-12-01T09:00, or for a period, such as 24h." placeholder:"TIME"`
	Until      string `help:"Only entries before a time, or before a period ago." placeholder:"TIME"`
	Limit      int    `help:"How many entries, at most 1000." default:"50"`
}

// auditEntry is an entry of the audit log as the management API shows it.
type auditEntry struct {
	Timestamp  time.Time `json:"timestamp"`
	Actor      string    `json:"actor"`
	IPAddress  string    `json:"ipAddress,omitempty"`
	RequestID  string    `json:"requestId,omitempty"`
	Action     string    `json:"action"`
	Outcome    string    `json:"outcome"`
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
			fmt.Fprintln(table, "TIME\tACTOR\tACTION\tOUTCOME\tRESOURCE\tFROM\tWHY")
			for _, e := range list.Value {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Timestamp.Local().Format(time.DateTime), e.Actor, e.Action, e.Outcome,
					cmp.Or(e.ResourceID, "/"), e.IPAddress, e.why())
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
	for name, value := range map[string]string{
		"resource": c.Resource, "actor": c.Actor, "action": c.Action, "outcome": c.Outcome, "address": c.Address,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, text := range map[string]string{"since": c.Since, "until": c.Until} {
		if text == "" {
			continue
		}
		at, err := parseTime(text)
		if ago, failed := time.ParseDuration(text); failed == nil {
			at, err = now.Add(-ago), nil
		}
		if err != nil {
			return nil, fmt.Errorf("--%s: %w; or how long ago, such as 24h", name, err)
		}
		q.Set(name, at.UTC().Format(time.RFC3339))
	}
	return q, nil
}

// why is the reason of a refusal, and how often it came; "" of what was done.
func (e *auditEntry) why() string {
	refusal, _ := e.After.(map[string]any)
	reason, _ := refusal["reason"].(string)
	if n, _ := refusal["count"].(float64); reason != "" && n > 1 {
		return fmt.Sprintf("%s (%.0f times)", reason, n)
	}
	return reason
}

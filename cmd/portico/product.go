package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/portico-portal/portico/internal/client"
)

type productCommand struct {
	Create productCreateCommand `cmd:"" help:"Create a product that people can subscribe to."`
	List   productListCommand   `cmd:"" help:"List the products."`
}

type productCreateCommand struct {
	connection  `embed:""`
	ID          string   `arg:"" help:"Id of the product, such as gold."`
	Name        string   `help:"Display name; default: the id." placeholder:"NAME"`
	Description string   `help:"What people read about it." placeholder:"TEXT"`
	Approval    bool     `negatable:"" help:"An administrator approves each subscription."`
	Limit       int      `help:"How many subscriptions a user may have; default: any number." placeholder:"N"`
	Open        bool     `help:"Calls need no key, and nobody subscribes."`
	Publish     bool     `negatable:"" default:"true" help:"Show it on the portal right away."`
	Group       []string `default:"developers,guests" help:"Groups that see it; may be repeated." placeholder:"ID"`
}

// Run creates the product and makes it visible to its groups.
func (c *productCreateCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		at := "/products/" + segment(c.ID)
		err := api.Get(ctx, at, nil)
		if err == nil {
			return fmt.Errorf("there is a product %s already; portico product list shows them all", c.ID)
		}
		if !client.HasStatus(err, http.StatusNotFound) {
			return err
		}
		if err := api.Put(ctx, at, c.properties(), nil); err != nil {
			return err
		}
		for _, group := range c.Group {
			if err := api.Put(ctx, at+"/groups/"+segment(group), nil, nil); err != nil {
				return fmt.Errorf("the product is made, but not given to the group %s: %w", group, err)
			}
		}
		_, err = fmt.Fprintf(s.out, "Created product %s. Add APIs to it with: portico import FILE --path PATH --product %[1]s\n", c.ID)
		return err
	})
}

func (c *productCreateCommand) properties() map[string]any {
	p := map[string]any{
		"displayName": cmp.Or(c.Name, c.ID), "description": c.Description,
		"subscriptionRequired": !c.Open, "approvalRequired": c.Approval, "state": "notPublished",
	}
	if c.Publish {
		p["state"] = "published"
	}
	if c.Limit > 0 {
		p["subscriptionsLimit"] = c.Limit
	}
	return p
}

type productListCommand struct {
	connection `embed:""`
	format     `embed:""`
}

// Run prints the products as a table.
func (c *productListCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		list, err := client.List[product](ctx, api, "/products")
		if err != nil {
			return err
		}
		return c.print(s.out, list, func() error {
			table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "PRODUCT\tNAME\tSTATE\tKEY\tAPPROVAL")
			for _, p := range list {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Name, p.Properties.DisplayName, p.Properties.State,
					yesNo(p.Properties.SubscriptionRequired), yesNo(p.Properties.ApprovalRequired))
			}
			return table.Flush()
		})
	})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// product is a product as the management API shows it.
type product struct {
	Name       string `json:"name"`
	Properties struct {
		DisplayName          string `json:"displayName"`
		Description          string `json:"description,omitempty"`
		State                string `json:"state"`
		SubscriptionRequired bool   `json:"subscriptionRequired"`
		ApprovalRequired     bool   `json:"approvalRequired"`
	} `json:"properties"`
}

// findProduct fails when the product does not exist, and lists those that do.
func findProduct(ctx context.Context, api *client.Client, id string) error {
	err := api.Get(ctx, "/products/"+segment(id), nil)
	if !client.HasStatus(err, http.StatusNotFound) {
		return err
	}
	list, err := client.List[product](ctx, api, "/products")
	if err != nil {
		return err
	}
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	return fmt.Errorf("there is no product %s (there are: %s); make it with: portico product create %[1]s", id, cmp.Or(strings.Join(names, ", "), "none"))
}

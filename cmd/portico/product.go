package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/client"
)

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

// findProduct fails when there is no such product, and says which there are.
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
	return fmt.Errorf("there is no product %s (there are: %s); make it with: portico product create %[1]s", id, orDefault(strings.Join(names, ", "), "none"))
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/client"
)

type doctorCommand struct {
	connection `embed:""`
	format     `embed:""`
}

// Run prints what is wrong with the service and how to fix it. It fails when a
// finding is an error.
func (c *doctorCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		found, err := client.List[apim.Finding](ctx, api, "/doctor")
		if err != nil {
			return err
		}
		err = c.print(s.out, append([]apim.Finding{}, found...), func() error {
			for _, f := range found {
				fmt.Fprintf(s.out, "%s: %s: %s\n", f.Severity, cmp.Or(f.Target, "service"), f.Message)
			}
			_, err := fmt.Fprintf(s.out, "%s.\n", counted(len(found), "finding"))
			return err
		})
		if err == nil && apim.Failed(found) {
			return errors.New("the service has errors; each finding says how to fix it")
		}
		return err
	})
}

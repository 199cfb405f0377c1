package config

import (
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/limit"
)

// Clients bound what those who call may hold of a process. 0 is no bound.
type Clients struct {
	HeaderTimeout      time.Duration `help:"How long a client may take to send a request's header." default:"10s" placeholder:"TIME"`
	IdleTimeout        time.Duration `help:"How long a connection may wait for its next request." default:"2m" placeholder:"TIME"`
	BodyTimeout        time.Duration `help:"How long a client of the portal or the management API may neither send nor take anything of a body." default:"30s" placeholder:"TIME"`
	GatewayBodyTimeout time.Duration `help:"The same for the gateway." default:"5m" placeholder:"TIME"`
	MinBodyRate        int           `help:"Bytes a second that a body must move on the portal and the management API, after the time of --body-timeout." default:"500" placeholder:"N"`
	MaxPerAddress      int           `name:"max-connections-per-address" help:"Connections of one client address (IPv6: of a /64 network); trusted proxies have no bound." default:"1024" placeholder:"N"`
	RateLimit          []string      `help:"Budgets of a client address or session: CLASS=BURST/INTERVAL or CLASS=off, of made, form, anonymous, refused; off switches all off." placeholder:"made=2000/20ms"`
	MaxConnections     int           `help:"Connections of all clients together; 0: half of the files that the process may open." default:"0" placeholder:"N"`
}

// Validate refuses bounds below nothing.
func (c *Clients) Validate() error {
	for flag, negative := range map[string]bool{
		"--header-timeout": c.HeaderTimeout < 0, "--idle-timeout": c.IdleTimeout < 0, "--body-timeout": c.BodyTimeout < 0,
		"--gateway-body-timeout": c.GatewayBodyTimeout < 0, "--min-body-rate": c.MinBodyRate < 0,
		"--max-connections-per-address": c.MaxPerAddress < 0, "--max-connections": c.MaxConnections < 0,
	} {
		if negative {
			return fmt.Errorf("%s must not be negative; 0 is no bound", flag)
		}
	}
	_, err := c.Budgets()
	return err
}

// Budgets parses RateLimit.
func (c *Clients) Budgets() (map[limit.Class]limit.Budget, error) {
	table, err := limit.Parse(c.RateLimit)
	if err != nil {
		return nil, fmt.Errorf("--rate-limit: %w", err)
	}
	return table, nil
}

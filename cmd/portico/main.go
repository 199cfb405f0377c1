// Command portico runs an API developer portal: the site its API consumers see,
// the management API that administers it, and the gateway the calls go through.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/portico-portal/portico/internal/config"
)

// The exit codes of every command.
const (
	exitFailed = 1
	exitUsage  = 2
)

// cli is the whole command line.
type cli struct {
	Serve      serveCommand      `cmd:"" help:"Run the portal, the gateway and the management API."`
	Demo       demoCommand       `cmd:"" help:"Run a service filled with demo content, in its own folder."`
	Import     importCommand     `cmd:"" help:"Import an API description (OpenAPI 3, Swagger 2)."`
	Publish    publishCommand    `cmd:"" help:"Publish the site's draft."`
	Capture    captureCommand    `cmd:"" help:"Write the site's content and media to a folder."`
	Generate   generateCommand   `cmd:"" help:"Write a folder's content and media to a service."`
	Cleanup    cleanupCommand    `cmd:"" help:"Delete the content of the draft, and all media."`
	Migrate    migrateCommand    `cmd:"" help:"Copy the site of one service to another."`
	ExportSite exportSiteCommand `cmd:"" help:"Write what guests see as files for a static host."`
	Revisions  revisionsCommand  `cmd:"" help:"List and compare published sites, and go back to one."`
	Product    productCommand    `cmd:"" help:"Create and list products: what people subscribe to."`
	Role       roleCommand       `cmd:"" help:"Grant and revoke roles in the management API."`
	Admin      adminCommand      `cmd:"" help:"Sign the administrator in to the portal again."`
	Audit      auditCommand      `cmd:"" help:"Show who changed what, and when."`
	Keys       keysCommand       `cmd:"" help:"Replace the encryption key."`
	Doctor     doctorCommand     `cmd:"" help:"Find out what is wrong with the service, and how to fix it."`
	Token      tokenCommand      `cmd:"" help:"Print an Authorization header for the management API."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
	Help       helpCommand       `cmd:"" hidden:"" help:"Show this help."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, streams{os.Stdout, os.Stderr, time.Now}))
}

// streams are where a command prints, and its clock.
type streams struct {
	out, err io.Writer
	now      func() time.Time
}

// run is main without the process: it parses args, runs the command and returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), s streams) int {
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("portico"),
		kong.Description("An API developer portal in one binary."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(n int) { code = n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "portico:", err)
		return exitFailed
	}
	config.Bind(parser, env)
	if len(args) == 0 {
		args = []string{"help"}
	}
	if args[0] == "help" { // the parser explains a command by its flag
		args = append(slices.Clone(args[1:]), "--help")
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(s.err, "portico: %v\nSee: portico help\n", err)
		return exitUsage
	}
	if passwordIn(args) {
		fmt.Fprintln(s.err, "warning: the password in --database can be read by whoever may list processes; give it as PORTICO_DATABASE or in the file of --config")
	}
	if err := parsed.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(s.err, "portico:", err)
		return exitFailed
	}
	return 0
}

// passwordIn reports whether the command line holds the database's password.
func passwordIn(args []string) bool {
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--database=")
		if !ok && arg == "--database" && i+1 < len(args) {
			value = args[i+1]
		}
		u, err := url.Parse(value)
		if err != nil { // the driver may read what net/url does not
			return strings.Contains(value, "@")
		}
		if _, ok := u.User.Password(); ok || u.Query().Has("password") || strings.Contains(value, "password=") {
			return true
		}
	}
	return false
}

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"Command to explain."`
}

// Run is never reached: run turns the command into --help.
func (h *helpCommand) Run() error { return nil }

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/portico-portal/portico/internal/client"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/transfer"
)

// tell prints progress.
func (s streams) tell(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }

type captureCommand struct {
	connection `embed:""`
	Folder     string `arg:"" help:"Where to write data.json and media/; created if missing."`
}

// Run writes the site to the folder.
func (c *captureCommand) Run(ctx context.Context, s streams) error {
	folder, err := transfer.OpenFolder(c.Folder)
	if err != nil {
		return err
	}
	defer folder.Close()
	return c.with(ctx, s, func(api *client.Client) error {
		if err := transfer.Capture(ctx, api, folder, s.tell); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.out, "Captured to %s. Write it to a service with: portico generate %s\n", c.Folder, c.Folder)
		return err
	})
}

type generateCommand struct {
	connection `embed:""`
	Folder     string `arg:"" type:"existingdir" help:"A site capture: data.json and media/."`
	Publish    bool   `help:"Publish afterwards."`
	Replace    bool   `help:"Delete content items that the capture does not have."`
}

// Run writes the folder to the service.
func (c *generateCommand) Run(ctx context.Context, s streams) error {
	folder, err := transfer.OpenFolder(c.Folder)
	if err != nil {
		return err
	}
	defer folder.Close()
	items, err := folder.ReadItems()
	if err != nil {
		return err
	}
	return c.with(ctx, s, func(api *client.Client) error {
		if err := transfer.CopyMedia(ctx, folder, transfer.NewContainer(api), s.tell); err != nil {
			return err
		}
		d, err := transfer.Write(ctx, api, items, transfer.Options{Replace: c.Replace}, s.tell)
		if err != nil {
			return err
		}
		return finishWriting(ctx, api, s, d, c.Publish)
	})
}

// finishWriting prints what was written, and publishes it when asked to.
func finishWriting(ctx context.Context, api *client.Client, s streams, d transfer.Diff, publish bool) error {
	fmt.Fprintf(s.out, "%s added, %d changed, %d unchanged.\n", counted(len(d.Added), "item"), len(d.Changed), d.Equal)
	if !publish {
		_, err := fmt.Fprintln(s.out, "The draft is written. Publish it with: portico publish")
		return err
	}
	return publishDraft(ctx, api, s, "", "Written by portico", time.Time{})
}

type cleanupCommand struct {
	connection `embed:""`
	Yes        bool `help:"Do not ask."`
}

// Run deletes the draft's content and all media, after asking for confirmation.
func (c *cleanupCommand) Run(ctx context.Context, s streams) error {
	if !c.Yes {
		ok, err := confirm(s, "This deletes all content items of the draft, and all media, also those that published pages show. Type yes to go on: ")
		if err != nil || !ok {
			return err
		}
	}
	return c.with(ctx, s, func(api *client.Client) error {
		items, media, err := transfer.Cleanup(ctx, api, s.tell)
		fmt.Fprintf(s.out, "%d content items and %d media deleted.\n", items, media)
		return err
	})
}

// confirm asks on a terminal. Without one it fails: nobody can answer.
func confirm(s streams, question string) (bool, error) {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return false, errors.New("there is no terminal to ask on: confirm with --yes")
	}
	fmt.Fprint(s.out, question)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if strings.TrimSpace(line) != "yes" {
		fmt.Fprintln(s.out, "Nothing was deleted.")
		return false, nil
	}
	return true, err
}

type migrateCommand struct {
	format      `embed:""`
	Source      string            `required:"" help:"Where the site is: a data folder, or the address of a management API." placeholder:"DIR|URL"`
	Dest        string            `required:"" help:"Where it goes: a data folder, or the address of a management API." placeholder:"DIR|URL"`
	SourceToken string            `help:"Authorization for the source's address." placeholder:"TOKEN"`
	DestToken   string            `help:"Authorization for the destination's address." placeholder:"TOKEN"`
	Rewrite     map[string]string `help:"Replace the beginning of addresses: OLD=NEW." placeholder:"OLD=NEW"`
	Replace     bool              `help:"Delete content items that the source does not have."`
	DryRun      bool              `help:"Only show what would change."`
	Publish     bool              `help:"Publish afterwards."`
}

// end is a connection to a data folder, or to an address with a token given by tokenFlag.
func end(where, token, tokenFlag string) *connection {
	if strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://") {
		return &connection{ManagementURL: where, Token: token, tokenFlag: tokenFlag}
	}
	return &connection{Store: config.Store{Data: where, Service: config.DefaultService}}
}

// Run copies the site from one service to another.
func (c *migrateCommand) Run(ctx context.Context, s streams) error {
	return end(c.Source, c.SourceToken, "source-token").with(ctx, s, func(source *client.Client) error {
		return end(c.Dest, c.DestToken, "dest-token").with(ctx, s, func(dest *client.Client) error {
			return c.move(ctx, s, source, dest)
		})
	})
}

func (c *migrateCommand) move(ctx context.Context, s streams, source, dest *client.Client) error {
	items, err := transfer.Items(ctx, source)
	if err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	for _, old := range slices.Sorted(maps.Keys(c.Rewrite)) { // the order of flags in a map is random
		if items, err = transfer.Rewrite(items, old, c.Rewrite[old]); err != nil {
			return err
		}
	}
	d, err := transfer.Write(ctx, dest, items, transfer.Options{DryRun: true}, s.tell)
	if err != nil {
		return fmt.Errorf("read the destination: %w", err)
	}
	if err := c.print(s.out, d, func() error { return writeDiff(s, d, c.Replace || d.GivesWay) }); err != nil || c.DryRun {
		return err
	}
	if err := transfer.CopyMedia(ctx, transfer.NewContainer(source), transfer.NewContainer(dest), s.tell); err != nil {
		return err
	}
	if d, err = transfer.Write(ctx, dest, items, transfer.Options{Replace: c.Replace}, s.tell); err != nil {
		return fmt.Errorf("%w\nWhat was written stays; run the same command again to continue", err)
	}
	s.out = s.err // what is printed is the diff
	return finishWriting(ctx, dest, s, d, c.Publish)
}

func writeDiff(s streams, d transfer.Diff, replace bool) error {
	for _, id := range d.Added {
		fmt.Fprintln(s.out, "+", id)
	}
	for _, id := range d.Changed {
		fmt.Fprintln(s.out, "~", id)
	}
	if replace {
		for _, id := range d.Removed {
			fmt.Fprintln(s.out, "-", id)
		}
	}
	if d.GivesWay {
		fmt.Fprintln(s.out, "The destination is as it was created: its first site, products and policy will be deleted.")
	}
	_, err := fmt.Fprintf(s.out, "%d to add, %d to change, %d only at the destination, %d equal.\n", len(d.Added), len(d.Changed), len(d.Removed), d.Equal)
	return err
}

package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/portico-portal/portico/internal/client"
)

// Progress receives one line about each step.
type Progress func(format string, args ...any)

// Capture writes all content and media of a service to a folder.
func Capture(ctx context.Context, c *client.Client, f *Folder, tell Progress) error {
	items, err := Items(ctx, c)
	if err != nil {
		return err
	}
	if err := f.WriteItems(items); err != nil {
		return err
	}
	tell("content items: %d", len(items))
	container, err := OpenContainer(ctx, c)
	if err != nil {
		return err
	}
	media, err := container.List(ctx)
	if err != nil {
		return err
	}
	for i, m := range media {
		content, err := container.Get(ctx, m.Name)
		if err != nil {
			return err
		}
		if err := f.WriteMedium(m.Name, m.ContentType, bytes.NewReader(content)); err != nil {
			return err
		}
		tell("%d of %d media: %s", i+1, len(media), m.Name)
	}
	return nil
}

// Options say how to write a site.
type Options struct {
	Replace bool // delete what the source does not have
	DryRun  bool // only compare
}

// Write makes the content items of a service equal to the given ones. Items
// that are equal already are not written, so the same call continues after an
// interruption.
func Write(ctx context.Context, c *client.Client, items []Item, o Options, tell Progress) (Diff, error) {
	d, err := plan(ctx, c, items)
	if err != nil || o.DryRun {
		return d, err
	}
	if d.GivesWay {
		if err := c.Delete(ctx, firstContents); err != nil {
			return d, fmt.Errorf("remove what the service started with: %w", err)
		}
		tell("deleted the first site, products and policy: nobody had changed them")
	}
	write := map[string]bool{}
	for _, id := range slices.Concat(d.Added, d.Changed) {
		write[id] = true
	}
	done := 0
	for _, it := range items {
		if !write[it.ID] {
			continue
		}
		if err := put(ctx, c, it); err != nil {
			return d, fmt.Errorf("%s: %w", it.ID, err)
		}
		done++
		tell("%d of %d: %s", done, len(write), it.ID)
	}
	if o.Replace && !d.GivesWay {
		for _, id := range d.Removed {
			if err := c.Delete(ctx, Item{ID: id}.path()); err != nil {
				return d, fmt.Errorf("%s: %w", id, err)
			}
			tell("deleted %s", id)
		}
	}
	return d, nil
}

// firstContents exists in a service of this program that nobody has changed;
// other services do not know the address.
const firstContents = "/firstContents"

// plan compares the items of a service with the wanted ones.
func plan(ctx context.Context, c *client.Client, items []Item) (Diff, error) {
	now, err := Items(ctx, c)
	if err != nil || len(items) == 0 { // which is nothing to give way to
		return Compare(now, items), err
	}
	err = c.Get(ctx, firstContents, nil)
	if refused := (*client.Error)(nil); errors.As(err, &refused) && refused.Status < 500 {
		return Compare(now, items), nil
	}
	if err != nil {
		return Diff{}, err
	}
	d := Compare(nil, items)
	d.GivesWay, d.Removed = true, Compare(now, items).Removed
	return d, nil
}

// Upload writes the media of a folder to a service.
func Upload(ctx context.Context, c *client.Client, f *Folder, tell Progress) error {
	names, err := f.Media()
	if err != nil || len(names) == 0 {
		return err
	}
	container, err := OpenContainer(ctx, c)
	if err != nil {
		return err
	}
	for i, name := range names {
		file, contentType, err := f.Medium(name)
		if err != nil {
			return fmt.Errorf("medium %s: %w", name, err)
		}
		content, err := io.ReadAll(file)
		file.Close()
		if err == nil {
			err = container.Put(ctx, name, contentType, content)
		}
		if err != nil {
			return fmt.Errorf("medium %s: %w", name, err)
		}
		tell("%d of %d media: %s", i+1, len(names), name)
	}
	return nil
}

// CopyMedia writes the media of one service to another.
func CopyMedia(ctx context.Context, from, to *client.Client, tell Progress) error {
	source, err := OpenContainer(ctx, from)
	if err != nil {
		return err
	}
	media, err := source.List(ctx)
	if err != nil || len(media) == 0 {
		return err
	}
	dest, err := OpenContainer(ctx, to)
	if err != nil {
		return err
	}
	for i, m := range media {
		content, err := source.Get(ctx, m.Name)
		if err == nil {
			err = dest.Put(ctx, m.Name, m.ContentType, content)
		}
		if err != nil {
			return fmt.Errorf("medium %s: %w", m.Name, err)
		}
		tell("%d of %d media: %s", i+1, len(media), m.Name)
	}
	return nil
}

// Cleanup deletes all content items and media of a service.
func Cleanup(ctx context.Context, c *client.Client, tell Progress) (items, media int, err error) {
	list, err := Items(ctx, c)
	if err != nil {
		return 0, 0, err
	}
	for _, it := range list {
		if err := c.Delete(ctx, it.path()); err != nil {
			return items, 0, fmt.Errorf("%s: %w", it.ID, err)
		}
		items++
		tell("deleted %s", it.ID)
	}
	container, err := OpenContainer(ctx, c)
	if err != nil {
		return items, 0, err
	}
	files, err := container.List(ctx)
	for _, m := range files {
		if err := container.Delete(ctx, m.Name); err != nil {
			return items, media, fmt.Errorf("medium %s: %w", m.Name, err)
		}
		media++
		tell("deleted %s", m.Name)
	}
	return items, media, err
}

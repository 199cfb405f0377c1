package transfer

import (
	"context"
	"errors"
	"fmt"
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
	return CopyMedia(ctx, NewContainer(c), f, tell)
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

// Media is where the media of a site are: a service's [Container] or a [Folder].
type Media interface {
	List(ctx context.Context) ([]Medium, error)
	Get(ctx context.Context, name string) ([]byte, error)
	Put(ctx context.Context, m Medium, content []byte) error
}

// Medium is a file among media.
type Medium struct{ Name, ContentType string }

// CopyMedia copies all media.
func CopyMedia(ctx context.Context, from, to Media, tell Progress) error {
	media, err := from.List(ctx)
	for i, m := range media {
		content, err := from.Get(ctx, m.Name)
		if err == nil {
			err = to.Put(ctx, m, content)
		}
		if err != nil {
			return fmt.Errorf("medium %s: %w", m.Name, err)
		}
		tell("%d of %d media: %s", i+1, len(media), m.Name)
	}
	return err
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
	container := NewContainer(c)
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

package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/routine"
)

// runLength is how many pages of a large answer are rendered and kept together.
const runLength = 50

// runs are the addresses that guests may find, in runs that belong together: of
// the site's pages, of products, of one API each. An API's operations are read
// when its run is reached.
func (d *data) runs(ctx context.Context) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for list, err := range d.chapters(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			for run := range slices.Chunk(list, runLength) {
				if !yield(run, nil) {
					return
				}
			}
		}
	}
}

// chapters are the addresses that guests may find: pages, products, each API with
// its operations.
func (d *data) chapters(ctx context.Context) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		var pages, products []string
		for _, page := range d.listedPages() {
			pages = append(pages, page.Address())
		}
		for _, product := range d.Products() {
			products = append(products, address.Product(product.ID))
		}
		if !yield(pages, nil) || !yield(products, nil) {
			return
		}
		for _, api := range d.APIs() {
			ops, err := d.Operations(ctx, api)
			list := []string{address.API(api.ID)}
			for _, op := range ops {
				list = append(list, address.Operation(api.ID, op.ID))
			}
			if !yield(list, err) || err != nil {
				return
			}
		}
	}
}

// piece is a part of the large answers of an address, kept by itself under the
// names of what it is of. It is made from what make reads of d.
func (p *Portal) piece(ctx context.Context, d *data, at string, of []string, make func(context.Context, *data) ([]byte, error)) ([]byte, error) {
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	req := *d.req
	req.address = at + "#" + hex.EncodeToString(sum[:]) // no request has such an address
	a, err := p.load(ctx, &req, func(ctx context.Context, d *data) (*answer, error) {
		body, err := make(ctx, d)
		return newAnswer(body, revalidate), err
	})
	if err != nil {
		return nil, err
	}
	d.Note(a.deps...)
	return a.body, nil
}

// errStopping is what those get who wait for a large answer when the service stops.
var errStopping = errors.New("the service stops")

// sendLarge is sendPart for answers that take long to make: of each sort one is
// made at a time, and a stop of the service does not wait for it.
func (p *Portal) sendLarge(w http.ResponseWriter, r *http.Request, req *request, turn chan struct{}, render render) error {
	ctx, leave := context.WithCancelCause(r.Context())
	defer leave(nil)
	if p.cfg.Stopping != nil {
		defer routine.OnDone(p.cfg.Stopping, func() { leave(errStopping) }, leave)()
	}
	a, err := p.load(ctx, req, func(ctx context.Context, d *data) (*answer, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
			return render(ctx, d)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	if err != nil && errors.Is(context.Cause(ctx), errStopping) {
		return errStopping
	}
	if err != nil {
		return err
	}
	return a.send(w, r, p.common)
}

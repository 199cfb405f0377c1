package portal

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
	"github.com/portico-portal/portico/internal/widget"
)

// person is the signed-in visitor's own data, of one request.
type person struct {
	p     *Portal
	visit *visit

	mu            sync.Mutex
	subscriptions []widget.PersonSubscription
	loaded        bool
}

var _ widget.Person = (*person)(nil)

// person is nil for a guest.
func (p *Portal) person(v *visit) widget.Person {
	if v.user == nil {
		return nil
	}
	return &person{p: p, visit: v}
}

// User is the visitor.
func (o *person) User() *widget.PersonUser {
	u := o.visit.user
	out := &widget.PersonUser{ID: string(u.ID), Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, MaySetPassword: o.visit.free}
	if u.RegistrationDate != nil {
		out.Registered = *u.RegistrationDate
	}
	return out
}

// Subscriptions are the visitor's, newest first. They are read once a request.
func (o *person) Subscriptions(ctx context.Context, product apim.PublicID) ([]widget.PersonSubscription, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.loaded {
		subs, err := o.p.cfg.Subscriptions.For(ctx, o.visit.UserID)
		if err != nil {
			return nil, err
		}
		for _, s := range subs {
			o.subscriptions = append(o.subscriptions, o.subscription(s))
		}
		slices.SortStableFunc(o.subscriptions, func(a, b widget.PersonSubscription) int {
			return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Name, b.Name))
		})
		o.loaded = true
	}
	if product == "" {
		return o.subscriptions, nil
	}
	var of []widget.PersonSubscription
	for _, s := range o.subscriptions {
		if s.ProductID.Same(product) {
			of = append(of, s)
		}
	}
	return of, nil
}

func (o *person) subscription(s *subscription.Subscription) widget.PersonSubscription {
	out := widget.PersonSubscription{ID: s.ID, Name: s.DisplayName, ProductID: s.ProductID(), State: s.State, Created: created(s)}
	if out.ProductID != "" {
		out.ProductName = o.p.productName(o.visit, out.ProductID)
	}
	return out
}

// productName is the name of a product for someone subscribed to it; its id
// when they may not see it any more.
func (p *Portal) productName(v *visit, id apim.PublicID) string {
	if product, err := p.cfg.Catalog.Product(v.Visitor, id); err == nil {
		return product.Name
	}
	return string(id)
}

func created(s *subscription.Subscription) time.Time {
	if s.CreatedDate == nil {
		return time.Time{}
	}
	return *s.CreatedDate
}

// Sessions are where the visitor is signed in.
func (o *person) Sessions(ctx context.Context) ([]widget.PersonSession, error) {
	all, err := o.p.cfg.Accounts.SessionsOf(ctx, o.visit.UserID)
	if err != nil {
		return nil, err
	}
	present := store.SessionHandle(o.visit.session)
	var list []widget.PersonSession
	for _, s := range all {
		list = append(list, widget.PersonSession{
			Handle: s.Handle, UserAgent: s.UserAgent, Address: s.Address, Created: s.CreatedAt, Used: s.UsedAt, Present: s.Handle == present,
		})
	}
	return list, nil
}

package portal

import (
	"encoding/json"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/subscription"
	"github.com/portico-portal/portico/internal/widget"
)

// consoleKeys answers with the visitor's own keys that open an API, or all of
// them, for scripts of our own pages. Keys are never in a page (design.md §6).
func (p *Portal) consoleKeys(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	answer := widget.KeysAnswer{SignedIn: v.user != nil, Keys: []widget.KeyRow{}}
	if v.user != nil {
		if answer.Keys, err = p.keys(r, v); err != nil {
			return err
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return once(http.StatusOK, body, contentType("application/json"), fragmentPolicy).send(w, r, p.common)
}

func (p *Portal) keys(r *http.Request, v *visit) ([]widget.KeyRow, error) {
	subs, err := p.cfg.Subscriptions.For(r.Context(), v.UserID)
	if err != nil {
		return nil, err
	}
	if id := apim.PublicID(r.PostForm.Get("api")); id != "" {
		return p.keysFor(r, v, id, subs)
	}
	rows := []widget.KeyRow{}
	for _, s := range subs {
		if s.State != apim.SubscriptionActive {
			continue
		}
		k, err := p.cfg.Subscriptions.Keys(r.Context(), subscription.Caller{UserID: v.UserID}, s.ID)
		if err != nil {
			return nil, err
		}
		rows = append(rows, p.keyRow(v, s, k))
	}
	return rows, nil
}

// keysFor are the keys that open one API the visitor sees.
func (p *Portal) keysFor(r *http.Request, v *visit, id apim.PublicID, subs []*subscription.Subscription) ([]widget.KeyRow, error) {
	api, err := p.cfg.Catalog.API(v.Visitor, id)
	if err != nil {
		return nil, err
	}
	active, err := p.cfg.Subscriptions.KeysFor(r.Context(), v.UserID, api.Ref)
	if err != nil {
		return nil, err
	}
	rows := []widget.KeyRow{}
	for _, k := range active {
		for _, s := range subs {
			if s.ID == k.SubscriptionID {
				rows = append(rows, p.keyRow(v, s, k.Keys))
			}
		}
	}
	return rows, nil
}

func (p *Portal) keyRow(v *visit, s *subscription.Subscription, k subscription.Keys) widget.KeyRow {
	row := widget.KeyRow{ID: string(s.ID), Name: s.DisplayName, Primary: k.Primary, Secondary: k.Secondary}
	if id := s.ProductID(); id != "" {
		row.Product = p.productName(v, id)
	}
	return row
}

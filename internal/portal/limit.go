package portal

import (
	"context"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/limit"
)

// costly are the addresses whose answers are made anew each time. Pages and their
// parts are counted when they are not stored (admit); files cost nothing.
var costly = map[string]bool{
	"GET " + address.Suggest: true, "GET " + address.YAMLPattern: true, "GET " + address.JSONPattern: true, "GET " + address.OriginalPattern: true,
}

// limited counts what is posted, and what is costly.
func (p *Portal) limited(rt route, h handler) handler {
	class := limit.Class("")
	switch {
	case strings.HasPrefix(rt.pattern, http.MethodPost+" "):
		class = limit.Form
	case costly[rt.pattern]:
		class = limit.Made
	default:
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.cfg.Limiter.Take(class, limit.Client(r.RemoteAddr)); err != nil {
			return err
		}
		return h(w, r)
	}
}

// pieces marks a context in which parts of one answer are made, which has been counted.
type pieces struct{}

// admit counts an answer that has to be made for a visitor: of a session, or of
// an address.
func (p *Portal) admit(ctx context.Context, v *visit) error {
	if ctx.Value(pieces{}) != nil {
		return nil
	}
	who := v.address
	if v.user != nil {
		who = v.session
	}
	return p.cfg.Limiter.Take(limit.Made, who)
}

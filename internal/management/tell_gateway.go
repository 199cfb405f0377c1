package management

import (
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// tellGateway finds what the gateway will not do with what was written: call a
// backend at an address that it may not, or count calls without a key.
func (w *write) tellGateway() error {
	if w.doc == nil {
		return nil
	}
	switch {
	case w.route.kind == apim.APIs:
		var api apim.API
		if err := w.doc.Decode(&api); err != nil {
			return err
		}
		w.tellBackend("/serviceUrl", api.ServiceURL)
		return w.tellUncounted(w.doc.Ref.Child("policies", "policy"), !api.NeedsSubscription())
	case w.route.kind == apim.Backends:
		var backend apim.Backend
		if err := w.doc.Decode(&backend); err != nil {
			return err
		}
		w.tellBackend("/url", backend.URL)
	case w.route.kind == apim.Products:
		var product apim.Product
		if err := w.doc.Decode(&product); err != nil {
			return err
		}
		return w.tellUncounted(w.doc.Ref.Child("policies", "policy"), !product.NeedsSubscription())
	default:
		if p, ok := w.resource.(*apim.Policy); ok {
			return w.tellPolicy(p)
		}
	}
	return nil
}

// tellBackend warns of a backend's address that the gateway refuses to call.
func (w *write) tellBackend(path, address string) {
	u, err := policy.ParseBackend(address)
	if err != nil || w.Backends == nil {
		return
	}
	if err := w.Backends.CheckURL(u); err != nil {
		w.warn(apim.BackendRefused, path, "Calls to "+u.Host+" are refused: "+err.Error()+".")
	}
}

// tellPolicy warns of what a policy document asks for in vain.
func (w *write) tellPolicy(p *apim.Policy) error {
	contents, err := policy.ContentsOf(p.Value, p.Format)
	if err != nil {
		return nil // its check has said so, or it is a resolver's
	}
	for _, address := range contents.BaseURLs {
		w.tellBackend("/value", address)
	}
	if !contents.CountsSubscriptions {
		return nil
	}
	open, err := w.admitsWithoutKey(w.doc.Ref)
	if err == nil && open {
		w.warnUncounted("/value")
	}
	return err
}

// tellUncounted warns that calls without a key are not counted, if a scope that
// admits them has a policy that counts.
func (w *write) tellUncounted(ref apim.Ref, open bool) error {
	if !open {
		return nil
	}
	var p apim.Policy
	doc, err := apim.OrNone(w.tx.Decode(ref, &p))
	if err != nil || doc == nil {
		return err
	}
	if contents, err := policy.ContentsOf(p.Value, p.Format); err == nil && contents.CountsSubscriptions {
		w.warnUncounted("/subscriptionRequired")
	}
	return nil
}

func (w *write) warnUncounted(path string) {
	w.warn(apim.WithoutEffect, path, "rate-limit counts the calls of a subscription; calls without a key, which are let through here, are not limited.")
}

// admitsWithoutKey reports whether the gateway lets calls without a key through
// at the scope of a policy document: an API or product that needs none, or for
// wider scopes any such API.
func (w *write) admitsWithoutKey(ref apim.Ref) (bool, error) {
	for at := ref; at != ""; at = at.Parent() {
		switch {
		case at.Is(apim.APIs):
			var api apim.API
			_, err := w.tx.Decode(at, &api)
			return err == nil && !api.NeedsSubscription(), err
		case at.Is(apim.Products):
			var product apim.Product
			_, err := w.tx.Decode(at, &product)
			return err == nil && !product.NeedsSubscription(), err
		}
	}
	docs, err := w.tx.List(apim.APIs.Path, ref.Home())
	return anyOpen(docs), err
}

func anyOpen(docs []*store.Document) bool {
	for _, d := range docs {
		var api apim.API
		if d.Decode(&api) == nil && !api.NeedsSubscription() {
			return true
		}
	}
	return false
}

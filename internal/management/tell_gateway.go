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
		return w.tellUncounted(!api.NeedsSubscription(), w.doc.Ref, w.doc.Ref.Home())
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
		return w.tellUncounted(!product.NeedsSubscription(), w.doc.Ref)
	default:
		switch p := w.resource.(type) {
		case *apim.Policy:
			return w.tellPolicy(p.Value, p.Format)
		case *apim.PolicyFragment:
			return w.tellPolicy(p.Value, p.Format)
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

// tellPolicy warns of what a policy document or fragment asks for in vain.
func (w *write) tellPolicy(value, format string) error {
	contents, err := policy.ContentsOf(value, format)
	if err != nil {
		return nil // its check has said so, or it is a resolver's
	}
	for _, address := range contents.BaseURLs {
		w.tellBackend("/value", address)
	}
	if counts, err := w.counts(contents, map[apim.Key]bool{}); err != nil || !counts {
		return err
	}
	open, err := w.admitsWithoutKey(w.doc.Ref)
	if err == nil && open {
		w.warnUncounted("/value")
	}
	return err
}

// counts reports whether a document counts the calls of subscriptions, by itself
// or by a fragment that is not yet seen.
func (w *write) counts(c policy.Contents, seen map[apim.Key]bool) (bool, error) {
	for _, name := range c.Fragments {
		ref := w.doc.Ref.Home().Child(apim.PolicyFragments.Path, name)
		if c.CountsSubscriptions || seen[ref.Key()] {
			continue
		}
		seen[ref.Key()] = true
		var f apim.PolicyFragment
		if _, err := apim.OrNone(w.tx.Decode(ref, &f)); err != nil {
			return false, err
		}
		inner, err := policy.ContentsOf(f.Value, f.Format)
		if err != nil {
			continue // it is gone, and its include refuses the calls
		}
		if c.CountsSubscriptions, err = w.counts(inner, seen); err != nil {
			return false, err
		}
	}
	return c.CountsSubscriptions, nil
}

// tellUncounted warns that calls without a key are not counted, if what was
// written admits them and the policies of a scope count.
func (w *write) tellUncounted(open bool, scopes ...apim.Ref) error {
	if !open {
		return nil
	}
	for _, scope := range scopes {
		var p apim.Policy
		if _, err := apim.OrNone(w.tx.Decode(scope.Child("policies", "policy"), &p)); err != nil {
			return err
		}
		contents, err := policy.ContentsOf(p.Value, p.Format)
		if err != nil {
			continue // there are none
		}
		if counts, err := w.counts(contents, map[apim.Key]bool{}); err != nil || counts {
			if counts {
				w.warnUncounted("/subscriptionRequired")
			}
			return err
		}
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

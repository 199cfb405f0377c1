package provision

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/store"
)

const globalPolicy apim.Ref = "/policies/policy"

// products are the products of a new service, with their policies; "" for none.
var products = []struct {
	id      apim.Name
	policy  string
	product apim.Product
}{
	{"starter", starterPolicy, apim.Product{
		DisplayName: "Starter", State: "published",
		Description: "For trying things out: up to 5 calls a minute. Subscribe and call at once.",
	}},
	{"unlimited", "", apim.Product{
		DisplayName: "Unlimited", State: "published", ApprovalRequired: true,
		Description: "For programs in use: no limit of calls. An administrator looks at each request.",
	}},
}

const starterPolicy = `<policies>
  <inbound>
    <base />
    <rate-limit calls="5" renewal-period="60" />
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>
`

// corsPolicy lets the portal's pages call the gateway; ORIGIN stands for the
// portal's origin.
const corsPolicy = `<policies>
  <inbound>
    <cors terminate-unmatched-request="false">
      <allowed-origins><origin>ORIGIN</origin></allowed-origins>
      <allowed-methods preflight-result-max-age="300"><method>*</method></allowed-methods>
      <allowed-headers><header>*</header></allowed-headers>
      <expose-headers><header>*</header></expose-headers>
    </cors>
  </inbound>
  <backend><forward-request /></backend>
  <outbound />
  <on-error />
</policies>
`

func firstProducts() []apim.Ref {
	refs := make([]apim.Ref, len(products))
	for i, p := range products {
		refs[i] = apim.ProductRef(p.id)
	}
	return refs
}

// putProducts creates the first products, visible to everyone.
func putProducts(tx *store.Tx) error {
	for _, p := range products {
		ref := apim.ProductRef(p.id)
		if _, err := apis.PutProduct(tx, ref, nil, &p.product); err != nil {
			return err
		}
		if p.policy != "" {
			if _, err := put(tx, ref.Child("policies", "policy"), &apim.Policy{Value: p.policy}); err != nil {
				return err
			}
		}
		for _, group := range []apim.Name{apim.Developers, apim.Guests} {
			if _, err := tx.Link(apim.ProductGroup, ref, apim.GroupRef(group)); err != nil {
				return err
			}
		}
	}
	return nil
}

// KeepOrigin keeps the origin in the first global policy equal to the portal's,
// which may differ from start to start, until somebody edits the policy.
func (s *Service) KeepOrigin(ctx context.Context, portal string) error {
	return s.Store.Update(ctx, system, func(tx *store.Tx) error { return keepOrigin(tx, portal) })
}

func keepOrigin(tx *store.Tx, portal string) error {
	written, err := tx.Meta(policyMeta)
	if err != nil || written == "" || portal == "" {
		return err
	}
	text := strings.ReplaceAll(corsPolicy, "ORIGIN", html.EscapeString(portal))
	ours, present, err := ownPolicy(tx, written)
	switch {
	case err != nil:
		return fmt.Errorf("keep the portal's origin in the global policy: %w", err)
	case !ours:
		return tx.SetMeta(policyMeta, "")
	case present == text:
		return nil
	}
	doc, err := put(tx, globalPolicy, &apim.Policy{Value: text})
	if err != nil {
		return err
	}
	return tx.SetMeta(policyMeta, doc.ETag)
}

// ownPolicy reports whether the global policy is still as KeepOrigin wrote it,
// or not yet written, and returns its text.
func ownPolicy(tx *store.Tx, written string) (ours bool, text string, err error) {
	doc, err := tx.Get(globalPolicy)
	if errors.Is(err, apim.ErrNotFound) {
		return written == due, "", nil // deleted is edited
	}
	if err != nil || doc.ETag != written {
		return false, "", err
	}
	var p apim.Policy
	err = doc.Decode(&p)
	return true, p.Value, err
}

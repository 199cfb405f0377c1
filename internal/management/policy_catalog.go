package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

func policyRoutes() []*route {
	return []*route{
		read("policyDescriptions", "policyDescriptions", listPolicyDescriptions),
		read("allPolicies", "allPolicies", listAllPolicies),
		post("validatePolicies", "validatePolicies", validatePolicies),
	}
}

// policyScopes are the values of ?scope= of policyDescriptions.
var policyScopes = []string{"Tenant", "Product", "Api", "Operation", "All"}

// everyScope stands for all scopes in policy descriptions (the reference has it
// for policies allowed at each of them).
const everyScope = 1<<28 | 15

// listPolicyDescriptions answers GET of the policies that exist.
func listPolicyDescriptions(c *call) (*answer, error) {
	var v apim.Violations
	scope := c.query.Get("scope")
	v.OneOf("scope", &scope, policyScopes...)
	if v.Err() != nil {
		return nil, arm.InvalidQuery("scope", v.List[0].Message)
	}
	out := arm.List{Value: []any{}}
	for _, d := range policy.Known() {
		text := d.Text + " Use in: " + d.Sections.String() + "."
		if !d.Runs {
			text += " This gateway keeps it but does not run it yet: calls it applies to are refused."
		}
		out.Value = append(out.Value, map[string]any{
			"id": c.address.ID("/policyDescriptions/" + apim.Ref(d.Name)), "name": d.Name,
			"type":       "Microsoft.ApiManagement/service/policyDescriptions",
			"properties": map[string]any{"description": text, "scope": everyScope},
		})
	}
	out.Count = len(out.Value)
	return ok(out, nil)
}

// policyKinds are the kinds of policy documents.
var policyKinds = []*apim.Kind{
	apim.ServicePolicies, apim.ProductPolicies, apim.APIPolicies, apim.OperationPolicies, apim.ResolverPolicies,
}

// withPolicies are the kinds with policies, and more.
func withPolicies(more ...*apim.Kind) []*apim.Kind {
	return slices.Concat(policyKinds, []*apim.Kind{apim.PolicyFragments}, more)
}

// listAllPolicies answers GET of the policies of all scopes: where they stand, and whether they comply.
func listAllPolicies(c *call) (*answer, error) {
	l, err := c.listing(apim.Fields{"name"}, false)
	if err != nil {
		return nil, err
	}
	var docs, restrictions []*store.Document
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		docs, restrictions, err = policiesAndRestrictions(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	docs = selected(docs, l, func(d *store.Document) arm.Record {
		return arm.RecordOf(map[string]any{"name": d.Name})
	})
	return page(c, l, docs, func(d *store.Document) (any, error) {
		state := "Compliant"
		if violation(d, restrictions) != "" {
			state = "NonCompliant"
		}
		return map[string]any{
			"id": c.address.ID("/allPolicies/" + apim.Ref(d.Name)), "name": d.Name, "type": "Microsoft.ApiManagement/service/allPolicies",
			"properties": map[string]any{"referencePolicyId": c.address.ID(d.Ref), "complianceState": state},
		}, nil
	})
}

// policiesAndRestrictions returns all policies, and the restrictions on them.
func policiesAndRestrictions(tx *store.Tx) (policies, restrictions []*store.Document, err error) {
	if policies, err = listAll(tx, policyKinds...); err == nil {
		restrictions, err = tx.ListAll(apim.PolicyRestrictions.Path)
	}
	return policies, restrictions, err
}

// listAll lists the documents of kinds.
func listAll(tx *store.Tx, kinds ...*apim.Kind) ([]*store.Document, error) {
	var all []*store.Document
	for _, kind := range kinds {
		docs, err := tx.ListAll(kind.Path)
		if err != nil {
			return nil, err
		}
		all = append(all, docs...)
	}
	return all, nil
}

// parsePolicy checks a document and lists the policies in it that are not run.
func parsePolicy(kind string, p *apim.Policy) ([]apim.Finding, error) {
	if kind == apim.ResolverPolicies.Path {
		return nil, policy.ParseResolver(p.Value, p.Format)
	}
	document, err := policy.Parse(p.Value, p.Format)
	if err != nil {
		return nil, err
	}
	return document.Unrun(), nil
}

// validatePolicies checks every policy against the policy restrictions,
// synchronously (apim-rest.md §2.4: an answer of 200 needs no polling).
func validatePolicies(c *call) (*answer, error) {
	started := c.Store.Now()
	log, err := view(c, func(tx *store.Tx) ([]map[string]any, error) {
		log := []map[string]any{}
		docs, restrictions, err := policiesAndRestrictions(tx)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			if why := violation(doc, restrictions); why != "" {
				log = append(log, map[string]any{"objectType": doc.Kind, "action": why, "objectKey": c.address.ID(doc.Ref)})
			}
		}
		return log, nil
	})
	if err != nil {
		return nil, err
	}
	id := c.Store.NewID()
	result := fmt.Sprintf("%d policies do not comply.", len(log))
	return &answer{status: http.StatusOK, body: map[string]any{
		"id": c.address.ID("/tenant/operationResults/" + apim.Ref(id)), "name": id, "type": "Microsoft.ApiManagement/service/tenant/operationResults",
		"properties": map[string]any{
			"id": id, "status": "Succeeded", "started": started, "updated": c.Store.Now(), "resultInfo": result, "actionLog": log,
		},
	}}, nil
}

// violation says how a policy breaks a rule; "" if it does not. A resolver's
// policy has no sections, and so no <base/>.
func violation(doc *store.Document, restrictions []*store.Document) string {
	var p apim.Policy
	if json.Unmarshal(doc.Body, &p) != nil {
		return "does not parse"
	}
	if _, err := parsePolicy(doc.Kind, &p); err != nil {
		return "does not parse"
	}
	if doc.Kind == apim.ResolverPolicies.Path || policy.HasBase(p.Value, p.Format) {
		return ""
	}
	for _, d := range restrictions {
		var r apim.PolicyRestriction
		if json.Unmarshal(d.Body, &r) == nil && r.RequireBase == "true" && r.At().Covers(apim.ScopeOf(doc.Ref)) {
			return "lacks <base/>, which the restriction " + string(d.Name) + " requires"
		}
	}
	return ""
}

// checkFragment refuses fragments that do not parse, with line and column.
func checkFragment(w *write) error {
	f := w.resource.(*apim.PolicyFragment)
	document, err := policy.ParseFragment(f.Value, f.Format)
	if err == nil {
		w.findings = document.Unrun()
	}
	return err
}

// showFragment answers in the format that ?format= asks for; PUT in the one that was sent.
func showFragment(c *call, doc *store.Document) (json.RawMessage, error) {
	f := new(apim.PolicyFragment)
	if err := doc.Decode(f); err != nil {
		return nil, err
	}
	var err error
	if f.Value, f.Format, err = c.inFormat(f.Value, f.Format); err != nil {
		return nil, fmt.Errorf("convert %s: %w", doc.Ref, err)
	}
	return json.Marshal(f)
}

func fragmentBehaviour() behaviour {
	return behaviour{
		check: checkFragment, show: showFragment, remove: refuseUsed(withPolicies()...),
		actions: map[string]func(*call) (*answer, error){"listReferences": listFragmentReferences},
	}
}

func listFragmentReferences(c *call) (*answer, error) {
	l, err := c.listing(nil, false)
	if err != nil {
		return nil, err
	}
	used, err := view(c, func(tx *store.Tx) ([]*store.Document, error) {
		doc, err := c.get(tx)
		if err != nil {
			return nil, err
		}
		return users(tx, doc, withPolicies()...)
	})
	if err != nil {
		return nil, err
	}
	return page(c, l, used, func(d *store.Document) (any, error) {
		kind := apim.KindByPath(d.Kind)
		return map[string]any{"id": c.address.ID(d.Ref), "name": d.Name, "type": kind.ARMType(d.Workspace != "")}, nil
	})
}

// checkRestriction requires an existing scope: the service, a product, an API
// or an operation.
func checkRestriction(w *write) error {
	r := w.resource.(*apim.PolicyRestriction)
	err := w.scopeExists(w.tx, r.At())
	return apim.IfAbsent(err, apim.Invalid("scope", fmt.Sprintf("scope names %s, which does not exist.", r.Scope)))
}

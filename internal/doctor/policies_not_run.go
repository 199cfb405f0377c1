package doctor

import (
	"context"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// policiesNotRun finds policies that are stored but not run by the gateway:
// calls they apply to are refused. Take them out.
func (s *Service) policiesNotRun(ctx context.Context) ([]apim.Finding, error) {
	return s.each(ctx, func(_ *store.Tx, d *store.Document) (*apim.Finding, error) {
		var p apim.Policy
		if err := json.Unmarshal(d.Body, &p); err != nil {
			return nil, err
		}
		document, err := policy.Parse(p.Value, p.Format)
		if err != nil {
			return &apim.Finding{Severity: apim.SeverityError, Code: apim.PolicyNotRun, Message: err.Error() + ". Put the document again."}, nil
		}
		for _, f := range document.Unrun() {
			f.Severity = apim.SeverityError
			f.Message += " Take it out of the document."
			return &f, nil
		}
		return nil, nil
	}, apim.ServicePolicies, apim.ProductPolicies, apim.APIPolicies, apim.OperationPolicies)
}

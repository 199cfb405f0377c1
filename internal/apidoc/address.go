package apidoc

import (
	"encoding/json"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Address is where the gateway at gatewayURL serves an API revision: the server
// to name in an export.
func Address(tx *store.Tx, revision apim.Ref, gatewayURL string) (string, error) {
	doc, err := tx.Get(revision)
	if err != nil {
		return "", err
	}
	var a apim.API
	if err := json.Unmarshal(doc.Body, &a); err != nil {
		return "", fmt.Errorf("decode %s: %w", revision, err)
	}
	if a.APIVersionSetID == "" {
		return a.Address(gatewayURL, nil), nil
	}
	if doc, err = tx.Get(apim.Ref(a.APIVersionSetID)); err != nil {
		return "", fmt.Errorf("version set of %s: %w", revision, err)
	}
	set := new(apim.VersionSet)
	if err := json.Unmarshal(doc.Body, set); err != nil {
		return "", fmt.Errorf("decode %s: %w", doc.Ref, err)
	}
	return a.Address(gatewayURL, set), nil
}

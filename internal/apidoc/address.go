package apidoc

import (
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Address is where the gateway at gatewayURL serves an API revision: the server
// named in an export.
func Address(tx *store.Tx, revision apim.Ref, gatewayURL string) (string, error) {
	var a apim.API
	if _, err := tx.Decode(revision, &a); err != nil {
		return "", err
	}
	if a.APIVersionSetID == "" {
		return a.Address(gatewayURL, nil), nil
	}
	set := new(apim.VersionSet)
	if _, err := tx.Decode(apim.Ref(a.APIVersionSetID), set); err != nil {
		return "", fmt.Errorf("version set of %s: %w", revision, err)
	}
	return a.Address(gatewayURL, set), nil
}

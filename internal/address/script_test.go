package address_test

import (
	"flag"
	"os"
	"testing"

	. "github.com/portico-portal/portico/internal/address"
)

var update = flag.Bool("update", false, "write the addresses that scripts build")

// TestScriptsHaveTheSameAddresses compares what the browser's scripts are bundled with.
func TestScriptsHaveTheSameAddresses(t *testing.T) {
	t.Parallel()
	const file = "../../web/portal/addresses.ts"
	want := "// Written by go test ./internal/address -update: package address says where things are.\n" +
		`export const api = "` + APIPattern + "\";\n" +
		`export const operation = "` + OperationPattern + "\";\n" +
		`export const product = "` + ProductPattern + "\";\n"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not what package address says (%v): go test ./internal/address -update writes it", file, err)
	}
}

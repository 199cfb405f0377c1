package address_test

import (
	"testing"

	. "github.com/portico-portal/portico/internal/address"
)

func TestAddressesEscapeNames(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Operation("a/b", "c d?"): "/apis/a%2Fb/c%20d%3F",
		Product("50%"):           "/products/50%25",
		Schema("a", "x/y"):       "/apis/a/-/schemas/x%2Fy",
		Sample("a", "b", "c"):    "/apis/a/b/-/samples/c",
		GroupPart("a", "t&u"):    "/apis/a/-/operations?group=t%26u",
		SignInFor("/apis?q=1"):   "/signin?returnUrl=%2Fapis%3Fq%3D1",
		SignInFor("/"):           "/signin",
		Found("a b"):             "/search?q=a+b",
		Subscribe("x"):           "/products/x/-/subscribe",
		Subscription("x/y"):      "/profile/-/subscriptions/x%2Fy",
		YAML("a"):                "/apis/a/-/openapi.yaml",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for path, want := range map[string]bool{"/a": true, "//a": false, "https://a": false, `/\a`: false, "": false, "/a\nb": false} {
		if got := IsLocal(path); got != want {
			t.Errorf("IsLocal(%q) is %v", path, got)
		}
	}
}

package arm

import (
	"errors"
	"slices"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

const prefix = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path   string
		wantPrefix   string
		wantSegments []string
	}{
		{"the short form", "/apis/echo", "", []string{"apis", "echo"}},
		{"the ARM form", prefix + "/apis/echo", prefix, []string{"apis", "echo"}},
		{"the ARM form in another case keeps its spelling", "/SUBSCRIPTIONS/s/resourcegroups/g/Providers/microsoft.apimanagement/SERVICE/P/APIS",
			"/SUBSCRIPTIONS/s/resourcegroups/g/Providers/microsoft.apimanagement/SERVICE/P", []string{"APIS"}},
		{"an API Management subscription is no prefix", "/subscriptions/mine/listSecrets", "", []string{"subscriptions", "mine", "listSecrets"}},
		{"a subscription below the prefix", prefix + "/subscriptions/mine", prefix, []string{"subscriptions", "mine"}},
		{"the service itself", prefix, prefix, nil},
		{"the service with the slash a client appends", prefix + "/", prefix, nil},
		{"two slashes where base and path are joined", prefix + "//apis", prefix, []string{"apis"}},
		{"the root", "/", "", nil},
		{"slashes at both ends", "//apis/echo//", "", []string{"apis", "echo"}},
		{"percent escapes are decoded in each segment", "/contentTypes/page/contentItems/a%20b%3Frev", "", []string{"contentTypes", "page", "contentItems", "a b?rev"}},
		{"dots are names, not steps", "/apis/../x", "", []string{"apis", "..", "x"}},
		{"a plus is a plus", "/users/a+b", "", []string{"users", "a+b"}},
		{"a half prefix is the short form", "/subscriptions/s/resourceGroups/g", "", []string{"subscriptions", "s", "resourceGroups", "g"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, err := ParseAddress(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			if a.Prefix != tt.wantPrefix || !slices.Equal(a.Segments, tt.wantSegments) {
				t.Errorf("prefix %q segments %q, want %q %q", a.Prefix, a.Segments, tt.wantPrefix, tt.wantSegments)
			}
		})
	}
}

func TestParseAddressRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path string
		notFound   bool
	}{
		{"an empty segment inside", "/apis//operations", true},
		{"a slash inside a name", "/apis/a%2Fb", false},
		{"a control character", "/apis/a%00b", false},
		{"a broken escape", "/apis/a%zz", false},
		{"bytes that are not UTF-8", "/apis/%ff", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseAddress(tt.path)
			var invalid *apim.InvalidError
			if errors.Is(err, apim.ErrNotFound) != tt.notFound || errors.As(err, &invalid) == tt.notFound {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"/", prefix, prefix + "//apis/%41", "/a%2f", "//", "/%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		defer cost.Bound(t, len(path))()
		a, err := ParseAddress(path)
		if err == nil && slices.Contains(a.Segments, "") {
			t.Errorf("an empty segment in %q: %q", path, a.Segments)
		}
	})
}

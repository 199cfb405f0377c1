package apim

import (
	"encoding/json"
	"strings"
	"testing"
)

const armPrefix = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"

// entities are an entity of each kind, at the service and, where the kind is
// there, in a workspace.
func entities() []Ref {
	var all []Ref
	for _, kind := range Kinds {
		var ref Ref
		for collection := range strings.SplitSeq(kind.Path, "/") {
			ref = ref.Child(collection, "x")
		}
		all = append(all, ref)
		if kind.Workspace {
			all = append(all, WorkspaceRef("w")+ref)
		}
	}
	return all
}

func TestEveryEntityIsAScopeOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, ref := range entities() {
		for _, id := range []string{string(ref), armPrefix + string(ref), strings.ToUpper(armPrefix + string(ref)), string(ref) + "/"} {
			scope, err := ParseScope(id)
			if err != nil || !scope.Same(ScopeOf(ref)) {
				t.Errorf("%q is the scope %q (%v), want %q", id, scope, err, ref)
				continue
			}
			if scope.IsService() || scope.Covers(ServiceScope()) || !ServiceScope().Covers(scope) {
				t.Errorf("%q is the whole service, or not in it", id)
			}
			for _, other := range entities() {
				below := strings.HasPrefix(string(other)+"/", string(ref)+"/")
				if scope.Covers(ScopeOf(other)) != below {
					t.Errorf("%q covers %q: %v", ref, other, !below)
				}
			}
			var back Scope
			text, _ := json.Marshal(scope)
			if err := json.Unmarshal(text, &back); err != nil || !back.Same(scope) {
				t.Errorf("%q is written %s and read %q, %v", ref, text, back, err)
			}
		}
	}
}

func TestNowhereCoversNothing(t *testing.T) {
	t.Parallel()
	var nowhere Scope
	for _, s := range []Scope{nowhere, ScopeOf(""), ServiceScope(), ScopeOf("/apis/x")} {
		if nowhere.Covers(s) || s.Covers(nowhere) || nowhere.Same(s) || nowhere.IsService() {
			t.Errorf("nowhere and %q have to do with each other", s)
		}
	}
}

func TestScopesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "x", "//", "/apis", "/nothing/x", "/apis//x", "/apis/x/products/y", "/workspaces/w/users/x", "/workspaces/w/apis",
		"/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement", armPrefix + "/nothing/x",
	} {
		if s, err := ParseScope(id); err == nil || s != (Scope{}) || !strings.Contains(err.Error(), "/apis/echo") {
			t.Errorf("%q is the scope %q, %v", id, s, err)
		}
	}
	for _, id := range []string{"/", armPrefix, armPrefix + "/"} {
		if s, err := ParseScope(id); err != nil || !s.IsService() {
			t.Errorf("%q is %q, %v; want the service", id, s, err)
		}
	}
}

func TestAnAPIsScopeIsGoodForAllItsRevisions(t *testing.T) {
	t.Parallel()
	for granted, at := range map[Ref]Ref{
		"/apis/x": "/apis/X;rev=2/operations/y", "/apis/x;rev=1": "/apis/x;rev=2", "/apis/x/operations/y": "/apis/x;rev=1/operations/y",
		"/workspaces/w/apis/x": "/workspaces/w/APIs/x;REV=3/schemas/s",
	} {
		if !ScopeOf(granted).Covers(ScopeOf(at)) {
			t.Errorf("%s does not cover %s", granted, at)
		}
	}
	if ScopeOf("/apis/x").Covers(ScopeOf("/apis/xy")) || ScopeOf("/apis/x").Covers(ScopeOf("/workspaces/w/apis/x")) {
		t.Error("an API's scope reaches beyond it")
	}
}

func TestPublicIDsHaveAnInverse(t *testing.T) {
	t.Parallel()
	for _, kind := range []*Kind{APIs, Products, Groups, Subscriptions, Tags} {
		for _, ref := range []Ref{Ref("/" + kind.Path + "/Some-one"), Ref("/workspaces/W/" + kind.Path + "/Some-one")} {
			if got := ref.PublicID().Ref(kind); got != ref {
				t.Errorf("%s is known as %s, which means %s", ref, ref.PublicID(), got)
			}
		}
	}
}

func TestWhatSubscriptionsOpen(t *testing.T) {
	t.Parallel()
	holds := func(product, api Ref) (bool, error) {
		return product.Same("/products/gold") && api.Same("/apis/a") || product.Same("/workspaces/w/products/gold") && api.Same("/workspaces/w/apis/a"), nil
	}
	for scope, want := range map[string]string{
		"/apis": "/apis/a /apis/b /workspaces/w/apis/a /workspaces/v/apis/a", armPrefix + "/APIs/": "/apis/a /apis/b /workspaces/w/apis/a /workspaces/v/apis/a",
		"/workspaces/w/apis": "/workspaces/w/apis/a",
		"/apis/a":            "/apis/a", "/APIs/A;rev=1": "/apis/a", armPrefix + "/apis/b": "/apis/b", "/workspaces/W/apis/a;rev=2": "/workspaces/w/apis/a",
		"/products/gold": "/apis/a", "/workspaces/w/products/gold": "/workspaces/w/apis/a", "/products/apis": "", "/apis/apis": "",
		"/": "", "": "", armPrefix: "", "/nothing": "", "/users/apis": "", "/workspaces/apis": "", "/products": "", "/apis/a/operations/o": "",
	} {
		s := Subscription{Scope: scope}
		var open []string
		for _, api := range []Ref{"/apis/a", "/apis/b", "/workspaces/w/apis/a", "/workspaces/v/apis/a"} {
			if ok, _ := s.Opening().Opens(api, holds); ok {
				open = append(open, string(api))
			}
		}
		if got := strings.Join(open, " "); got != want {
			t.Errorf("%q opens %q, want %q", scope, got, want)
		}
	}
}

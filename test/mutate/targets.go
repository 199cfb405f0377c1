package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A target is a package whose code decides who may do what.
type target struct {
	Package string   // below internal/
	Files   []string // that are mutated; empty: all of the package's
	// Decides names the functions, and methods as Type.method, in which no
	// mutant may live without an explanation: each answers who may do what.
	Decides []string
}

// targets are the packages that make mutate goes through.
var targets = []target{
	{Package: "access", Decides: []string{
		"Authorize", "Inherent", "RoleByName", "Role.Grants", "anyMatches", "matches",
		"ReadRoles", "Roles.Authorize", "Roles.authorize", "Roles.Assigned", "Roles.Empowers", "principalIDs", "ParsePrincipal",
	}},
	{Package: "account", Decides: []string{
		"Service.Authenticate", "checkServiceToken", "checkUserToken", "checkToken", "mintUser", "keyField", "Service.checkExpiry", "ParseToken", "parseCompact", "parseUID", "newToken",
		"Token.SignedBy", "Service.RedeemLink", "checkLink", "Service.SignIn", "Service.CheckCredentials", "Service.checkPassword", "Service.StartSession", "Service.startSession",
		"Service.SignOut", "Service.ChangePassword", "Service.checkOwnPassword", "hasher.matches", "decode", "CheckPassword", "isGuessable", "Service.Visitor", "maySetPassword",
		"visitor", "endSessions", "endAccess", "DeleteUser", "claimEmail", "Service.knownDevice", "Service.take", "bucket.next",
	}},
	{Package: "subscription", Decides: []string{
		"Caller.mayUse", "getFor", "ownedBy", "Request.admit", "Service.Subscribe", "Service.Put", "Service.Create", "Service.Cancel", "Service.Keys",
		"Service.KeysFor", "Service.Regenerate", "Subscription.opens", "setKeys", "checkKey", "complete", "check", "checkTargets", "checkLimit",
		"countsToLimit", "hasEnded", "checkMaster", "isMaster", "link", "relink", "Delete",
	}},
	{Package: "catalog", Decides: []string{
		"Catalog.Visible", "Catalog.API", "Catalog.Product", "Catalog.APIsOf", "Catalog.ProductsOf", "Catalog.Versions", "Catalog.Shared",
		"snapshot.visible", "snapshot.apiVisible", "snapshot.productVisible", "snapshot.audience", "snapshot.matters", "snapshot.look", "snapshot.join", "snapshot.with",
		"Visitor.In", "head", "touch", "rows.hold", "rows.reloadAPIs", "rows.reloadAPI", "rows.reloadProduct", "rows.loadProducts", "newAPIRow",
	}},
	{Package: "gateway", Files: []string{"key.go", "routes.go", "router.go", "template.go", "address.go", "target.go", "arrive.go"}, Decides: []string{
		"Gateway.authorize", "call.takeKey", "snapshot.admit", "snapshot.productOf", "snapshot.openProduct", "Gateway.preflightProduct",
		"line.pick", "address.choose", "addresses.find", "cutRevision", "newAddress", "segments", "lookup.find", "lookup.walk", "lookup.wildcard", "lookup.choose",
		"lookup.matchQuery", "readTarget", "rawTarget", "valid", "isHex", "hasDotSegment", "isDots",
		"call.arrive", "call.arriveLookalike", "call.removeLookalikes", "call.setForwarded", "isHopByHop", "removeHopByHop", "pattern.match", "call.scopes", "Gateway.build", "Gateway.compile", "Gateway.chain",
	}},
	{Package: "policy", Files: []string{"cors.go", "rate_limit.go", "counters.go"}, Decides: []string{
		"cors.allows", "cors.allowsHeaders", "cors.admit", "cors.grant", "cors.preflight", "cors.Run", "Chain.Preflight", "normalOrigin", "cors.parseOrigins", "parser.listOrAny",
		"rateLimit.Run", "MemoryCounters.Take", "MemoryCounters.add", "counter.take", "counter.forget", "counter.idle",
	}},
	{Package: "arm", Decides: []string{
		"ParseAddress", "decodeSegments", "trimEmpty", "ReadJSON", "checkShape", "checkMediaType", "Properties",
		"ParseIfMatch", "Match.Check", "Match.CheckAbsent", "CheckVersion", "FromError", "StoredRefs", "WithoutNulls",
	}},
}

// folder is the package's folder in the repository.
func (t target) folder() string { return "internal/" + t.Package }

// decides says whether a function is among those that decide.
func (t target) decides(function string) bool { return slices.Contains(t.Decides, function) }

// excludes are the patterns of the files that are not mutated, among all of the
// package's, by their paths below its folder.
func (t target) excludes(files []string) []string {
	out := []string{"/"} // its sub-packages
	for _, file := range files {
		if len(t.Files) > 0 && !slices.Contains(t.Files, file) {
			out = append(out, "^"+regexp.QuoteMeta(file)+"$")
		}
	}
	return out
}

// chosen are the targets that are named, or all.
func chosen(names []string) (out []target, unknown []string) {
	if len(names) == 0 {
		return targets, nil
	}
	byName := map[string]target{}
	for _, t := range targets {
		byName[t.Package] = t
	}
	for _, name := range names {
		if t, ok := byName[strings.TrimPrefix(name, "internal/")]; ok {
			out = append(out, t)
		} else {
			unknown = append(unknown, name)
		}
	}
	return out, unknown
}

// mutations are the kinds of mutation, all that gremlins knows but one that it
// makes twice (of a minus a plus): what stands in its report, and its flag.
var mutations = map[string]string{
	"ARITHMETIC_BASE":            "arithmetic-base",
	"CONDITIONALS_BOUNDARY":      "conditionals-boundary",
	"CONDITIONALS_NEGATION":      "conditionals-negation",
	"INCREMENT_DECREMENT":        "increment-decrement",
	"INVERT_ASSIGNMENTS":         "invert-assignments",
	"INVERT_BITWISE":             "invert-bitwise",
	"INVERT_BITWISE_ASSIGNMENTS": "invert-bwassign",
	"INVERT_LOGICAL":             "invert-logical",
	"INVERT_LOOPCTRL":            "invert-loopctrl",
	"REMOVE_SELF_ASSIGNMENTS":    "remove-self-assignments",
}

func flags() []string {
	out := []string{"--invert-negatives=false"}
	for _, flag := range slices.Sorted(maps.Values(mutations)) {
		out = append(out, "--"+flag)
	}
	return out
}

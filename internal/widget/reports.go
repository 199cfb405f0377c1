package widget

import (
	"context"
	"slices"

	"github.com/portico-portal/portico/internal/address"
)

// reports tells a visitor about the own calls. What it counts comes with the
// recording of calls; until there is some, every report says so.
var reports = Widget{
	Type: "reports", Label: "Reports", Defaults: struct{}{}, Personal: true, CSS: []string{"form", "list", "account"},
	Query: []string{address.QueryRange}, Load: loadReports,
}

// reportRanges are the times a report covers (portal-wire.md §4), by message key.
var reportRanges = []string{"hour", "today", "7d", "30d", "90d"}

// reportNames are the charts and tables, by message key.
var reportNames = []string{"calls", "data", "latency", "products", "subscriptions", "apis", "operations"}

type reportsView struct {
	SignIn string // for guests
	Ranges []entry
	Names  []string
}

func loadReports(_ context.Context, in *Input) (any, error) {
	if in.Person == nil {
		return reportsView{SignIn: address.SignInFor(address.Reports)}, nil
	}
	current := in.Query().Get(address.QueryRange)
	if !slices.Contains(reportRanges, current) {
		current = "7d"
	}
	var v reportsView
	for _, r := range reportRanges {
		v.Ranges = append(v.Ranges, entry{in.T("reports.range." + r), address.Report(r), r == current})
	}
	for _, name := range reportNames {
		v.Names = append(v.Names, in.T("reports."+name))
	}
	return v, nil
}

package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
)

// reports are the usage reports with the $filter fields of each (apim-rest.md
// §2.3). All but the first field of a filter are optional.
var reports = map[string]apim.Fields{
	"byApi":          {"timestamp", "apiRegion", "userId", "productId", "subscriptionId", "apiId", "operationId"},
	"byGeo":          {"timestamp", "country", "region", "zip", "apiRegion", "userId", "productId", "subscriptionId", "apiId", "operationId"},
	"byOperation":    {"timestamp", "displayName", "apiRegion", "userId", "productId", "subscriptionId", "apiId", "operationId"},
	"byProduct":      {"timestamp", "displayName", "apiRegion", "userId", "productId", "subscriptionId"},
	"byRequest":      {"timestamp", "apiId", "operationId", "productId", "userId", "apiRegion", "subscriptionId"},
	"bySubscription": {"timestamp", "displayName", "apiRegion", "userId", "productId", "subscriptionId"},
	"byTime":         {"timestamp", "interval", "apiRegion", "userId", "productId", "subscriptionId", "apiId", "operationId"},
	"byUser":         {"timestamp", "displayName", "apiRegion", "userId", "productId", "subscriptionId", "apiId", "operationId"},
}

// reportOrder are the fields of $orderby.
var reportOrder = apim.Fields{
	"name", "timestamp", "callCountSuccess", "callCountBlocked", "callCountFailed", "callCountOther", "callCountTotal",
	"bandwidth", "cacheHitCount", "cacheMissCount", "apiTimeAvg", "apiTimeMin", "apiTimeMax",
	"serviceTimeAvg", "serviceTimeMin", "serviceTimeMax",
}

func reportRoutes() []*route {
	var table []*route
	for _, name := range slices.Sorted(maps.Keys(reports)) {
		table = append(table, read("reports/"+name, "reports", report(name, reports[name])))
	}
	return table
}

// report answers a usage report. The gateway does not record calls yet, so
// there are no rows; the query is checked.
func report(name string, fields apim.Fields) func(*call) (*answer, error) {
	return func(c *call) (*answer, error) {
		text := c.query.Get("$filter")
		if !strings.Contains(text, "timestamp") {
			return nil, arm.InvalidQuery("$filter", "$filter must give a range of time: timestamp ge datetime'...' and timestamp le datetime'...'.")
		}
		if _, err := arm.ParseFilter(text, fields, false); err != nil {
			return nil, err
		}
		if _, err := arm.ParseOrder(c.query.Get("$orderby"), reportOrder, false); err != nil {
			return nil, err
		}
		if name == "byTime" {
			if err := checkInterval(c.query.Get("interval")); err != nil {
				return nil, err
			}
		}
		p, err := arm.ParsePage(c.query)
		if err != nil {
			return nil, err
		}
		return page(c, listing{page: p}, []json.RawMessage{}, func(m json.RawMessage) (any, error) { return m, nil })
	}
}

var interval = regexp.MustCompile(`^P(\d+D)?(T(\d+H)?(\d+M)?)?$`)

// checkInterval requires an ISO 8601 duration that is a multiple of 15 minutes.
func checkInterval(text string) error {
	m := interval.FindStringSubmatch(strings.ToUpper(text))
	minutes := 0
	if m != nil {
		for i, unit := range map[int]int{1: 24 * 60, 3: 60, 4: 1} {
			var n int
			if _, err := fmt.Sscanf(m[i], "%d", &n); err == nil && n < 1e6 {
				minutes += n * unit
			}
		}
	}
	if minutes == 0 || minutes%15 != 0 {
		return arm.InvalidQuery("interval", fmt.Sprintf("interval must be a multiple of PT15M, such as PT1H; it is %q.", text))
	}
	return nil
}

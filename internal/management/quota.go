package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// quotaRoutes are the counters of the quota policy (apim-rest.md §2.8 rows 152, 153).
func quotaRoutes() []*route {
	return []*route{
		read("quotas/{}", "quotas", listQuota), routeOf(http.MethodPatch, "quotas/{}", "quotas", patchQuota),
		read("quotas/{}/periods/{}", "quotas", getQuotaPeriod), routeOf(http.MethodPatch, "quotas/{}/periods/{}", "quotas", patchQuotaPeriod),
	}
}

// quotaPeriod is one counter of a quota in one period (apim-rest.md §2.6). It is
// stored at /quotas/{counterKey}/periods/{periodKey}.
type quotaPeriod struct {
	CounterKey      apim.Name  `json:"counterKey"`
	PeriodKey       apim.Name  `json:"periodKey"`
	PeriodStartTime time.Time  `json:"periodStartTime"`
	PeriodEndTime   time.Time  `json:"periodEndTime"`
	Value           quotaValue `json:"value"`
}

type quotaValue struct {
	CallsCount    int64   `json:"callsCount"`
	KBTransferred float64 `json:"kbTransferred"`
}

const quotaPeriods = "quotas/periods"

// periodKey is the period's number and length: "0_P3Y6M4DT12H30M5S".
var periodKey = regexp.MustCompile(`^(\d{1,9})_P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// newQuotaPeriod is a counter at zero; periods are counted from 1970.
func newQuotaPeriod(ref apim.Ref) (*quotaPeriod, error) {
	m := periodKey.FindStringSubmatch(string(ref.Name()))
	n := make([]int, 8)
	for i := 1; i < len(m); i++ {
		if m[i] == "" {
			continue
		}
		if _, err := fmt.Sscanf(m[i], "%d", &n[i]); err != nil || n[i] > 1e9 {
			m = nil
			break
		}
	}
	if m == nil {
		return nil, apim.Invalid("quotaPeriodKey", fmt.Sprintf("quotaPeriodKey must be like 0_P1D: the period's number and length; it is %q.", ref.Name()))
	}
	at := func(periods int) time.Time {
		d := time.Duration(periods) * (time.Duration(n[5])*time.Hour + time.Duration(n[6])*time.Minute + time.Duration(n[7])*time.Second)
		return time.Unix(0, 0).UTC().AddDate(periods*n[2], periods*n[3], periods*n[4]).Add(d)
	}
	return &quotaPeriod{
		CounterKey: ref.Parent().Name(), PeriodKey: ref.Name(), PeriodStartTime: at(n[1]), PeriodEndTime: at(n[1] + 1),
	}, nil
}

// listQuota answers GET of a counter in all its periods; an unused key has none.
func listQuota(c *call) (*answer, error) {
	p, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	docs, err := view(c, func(tx *store.Tx) ([]*store.Document, error) {
		return tx.List(quotaPeriods, c.ref)
	})
	if err != nil {
		return nil, err
	}
	return page(c, listing{page: p}, docs, func(d *store.Document) (any, error) { return d.Body, nil })
}

// patchQuota sets a counter in all its periods and answers with them.
func patchQuota(c *call) (*answer, error) {
	patch, err := c.properties()
	if err != nil {
		return nil, err
	}
	err = c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		docs, err := tx.List(quotaPeriods, c.ref)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if _, err := setQuota(tx, doc.Ref, doc, patch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return listQuota(c)
}

// getQuotaPeriod answers GET of a counter in one period.
func getQuotaPeriod(c *call) (*answer, error) {
	return showQuota(c.document())
}

// patchQuotaPeriod sets a counter in one period.
func patchQuotaPeriod(c *call) (*answer, error) {
	patch, err := c.properties()
	if err != nil {
		return nil, err
	}
	return showQuota(change(c, func(tx *store.Tx) (*store.Document, error) {
		old, err := apim.OrNone(tx.Get(c.ref))
		if err != nil {
			return nil, err
		}
		return setQuota(tx, c.ref, old, patch)
	}))
}

func showQuota(doc *store.Document, err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	return ok(doc.Body, nil)
}

func setQuota(tx *store.Tx, ref apim.Ref, old *store.Document, patch json.RawMessage) (*store.Document, error) {
	p, err := newQuotaPeriod(ref)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if err := old.Decode(p); err != nil {
			return nil, err
		}
	}
	if err := arm.Unmarshal(patch, &p.Value); err != nil {
		return nil, err
	}
	var v apim.Violations
	if p.Value.CallsCount < 0 {
		v.Addf("callsCount", "callsCount must not be negative.")
	}
	if p.Value.KBTransferred < 0 {
		v.Addf("kbTransferred", "kbTransferred must not be negative.")
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	return tx.Encode(ref, p)
}

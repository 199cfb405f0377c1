package demo

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// depots is the Depot API.
type depots struct {
	mu     sync.Mutex
	depots []*depot // the fullest first
	shifts int      // planned so far, for ids
}

// maxShifts is how many shifts a depot remembers; the earliest are forgotten.
const maxShifts = 50

type depot struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Capacity int     `json:"capacity"` // parcels an hour
	Load     float64 `json:"load"`     // 0 to 1
	Gates    []gate  `json:"gates"`
	shifts   []shift // the next first
}

type gate struct {
	Number    int    `json:"number"`
	Direction string `json:"direction"`
}

type shift struct {
	ID     string    `json:"id"`
	Begins time.Time `json:"begins"`
	Hours  int       `json:"hours"`
	People int       `json:"people"`
}

func newDepots() *depots {
	d := &depots{}
	for i, name := range []string{"Hamburg", "Amsterdam", "Göteborg"} {
		one := &depot{ID: []string{"ham", "ams", "got"}[i], Name: name, Capacity: 12000 - 2500*i, Load: 0.83 - 0.2*float64(i)}
		for g := range 6 - i {
			one.Gates = append(one.Gates, gate{Number: g + 1, Direction: []string{"in", "out"}[g%2]})
		}
		for h := range 3 {
			d.plan(one, shift{Begins: time.Date(2026, 11, 24, 5+8*h, 0, 0, 0, time.UTC), Hours: 8, People: 12 + 3*h})
		}
		d.depots = append(d.depots, one)
	}
	return d
}

// plan adds a shift in order of time.
func (d *depots) plan(to *depot, s shift) shift {
	d.shifts++
	s.ID = fmt.Sprintf("shift_%03d", d.shifts)
	to.shifts = append(to.shifts, s)
	slices.SortStableFunc(to.shifts, func(a, b shift) int { return a.Begins.Compare(b.Begins) })
	if len(to.shifts) > maxShifts {
		to.shifts = to.shifts[1:]
	}
	return s
}

// routes registers the Depot API's operations.
func (d *depots) routes(mux *http.ServeMux) {
	handle(mux, "GET /depot/depots", func(w http.ResponseWriter, _ *http.Request) error {
		return writeJSON(w, http.StatusOK, d.depots)
	})
	handle(mux, "GET /depot/depots/{depot}", d.of(func(w http.ResponseWriter, _ *http.Request, one *depot) error {
		return writeJSON(w, http.StatusOK, one)
	}))
	handle(mux, "GET /depot/depots/{depot}/shifts", d.of(func(w http.ResponseWriter, _ *http.Request, one *depot) error {
		return writeJSON(w, http.StatusOK, one.shifts)
	}))
	handle(mux, "POST /depot/depots/{depot}/shifts", d.of(d.planShift))
}

// of answers a request about a depot with h, which holds mu.
func (d *depots) of(h func(http.ResponseWriter, *http.Request, *depot) error) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, one := range d.depots {
			if one.ID == r.PathValue("depot") {
				return h(w, r, one)
			}
		}
		return notFound("There is no depot %s.", r.PathValue("depot"))
	}
}

func (d *depots) planShift(w http.ResponseWriter, r *http.Request, one *depot) error {
	var s shift
	if err := readJSON(r, &s); err != nil {
		return err
	}
	var c checks
	c.that(!s.Begins.IsZero(), "begins", "is required")
	c.that(s.Hours >= 2 && s.Hours <= 12, "hours", "must be 2 to 12")
	c.that(s.People >= 1 && s.People <= 200, "people", "must be 1 to 200")
	if err := c.err(); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, d.plan(one, s))
}

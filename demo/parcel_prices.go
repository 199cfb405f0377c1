package demo

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// money is an amount with two decimal places.
type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func euros(cents int) money {
	return money{Amount: fmt.Sprintf("%d.%02d", cents/100, cents%100), Currency: "EUR"}
}

// cents is the amount in hundredths; 0 if it is not an amount.
func (m money) cents() int {
	n, err := strconv.Atoi(strings.Replace(m.Amount, ".", "", 1))
	if err != nil {
		return 0
	}
	return n
}

// service is how fast a shipment travels and what that costs.
type service struct {
	name  string
	base  int // cents a parcel
	perKg int // cents
	days  int // inside the country
}

// services are cheapest first.
var services = []service{{"economy", 490, 60, 4}, {"standard", 690, 80, 2}, {"express", 1190, 140, 1}}

func serviceNames() []string {
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = s.name
	}
	return names
}

func serviceNamed(name string) service {
	return services[max(0, slices.IndexFunc(services, func(s service) bool { return s.name == name }))]
}

// priceOf is what parcels cost, in cents; abroad is half as much again.
func priceOf(s service, from, to string, list []parcel) int {
	total := 0
	for _, p := range list {
		total += s.base + int(p.Weight*float64(s.perKg))
	}
	if from != to {
		total += total / 2
	}
	return total
}

// price is what a booking costs, in cents.
func (b *booking) price() int {
	return priceOf(serviceNamed(b.Service), b.From.Country, b.To.Country, b.Parcels)
}

type corner struct {
	Postcode string `json:"postcode"`
	Country  string `json:"country"`
}

func (k corner) check(c *checks, field string) {
	c.that(k.Postcode != "", field+".postcode", "is required")
	c.that(countryCode.MatchString(k.Country), field+".country", "must be two capital letters, such as NL")
}

type offer struct {
	Service    string           `json:"service"`
	Price      money            `json:"price"`
	Days       int              `json:"days"`
	Surcharges map[string]money `json:"surcharges,omitempty"`
}

func quoteShipment(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		From, To corner
		Parcels  []parcel
	}
	if err := readJSON(r, &q); err != nil {
		return err
	}
	var c checks
	q.From.check(&c, "from")
	q.To.check(&c, "to")
	checkParcels(&c, "parcels", q.Parcels, 99, 0)
	if err := c.err(); err != nil {
		return err
	}
	offers := []offer{}
	for _, s := range services {
		o := offer{Service: s.name, Days: s.days, Price: euros(priceOf(s, q.From.Country, q.To.Country, q.Parcels))}
		if q.From.Country != q.To.Country {
			o.Days += 2
			o.Surcharges = map[string]money{"abroad": euros(o.Price.cents() / 3)}
		}
		offers = append(offers, o)
	}
	return writeJSON(w, http.StatusOK, offers)
}

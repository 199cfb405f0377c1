package demo

import (
	"fmt"
	"time"
)

// firstBooking is when the oldest shipment was booked; each later one follows
// after bookingInterval, so that answers do not depend on the clock.
var firstBooking = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

const bookingInterval = 3*time.Hour + 7*time.Minute

// firstShipment is the number of the oldest shipment, and seedShipments how
// many there are at the start; the newest is shp_9KQ2, as in the examples.
const (
	seedShipments = 24
	firstShipment = 9*36*36*36 + 20*36*36 + 26*36 + 2 - seedShipments + 1
)

var receivers = []address{
	{Name: "R. Lindqvist", Street: "Storgatan 12", Postcode: "411 24", City: "Göteborg", Country: "SE"},
	{Name: "Galerie Morel", Street: "Rue des Lions 8", Postcode: "75004", City: "Paris", Country: "FR"},
	{Name: "Hannah Vogt", Street: "Lange Reihe 40", Postcode: "20099", City: "Hamburg", Country: "DE"},
	{Name: "J. O'Brien", Street: "12 Quay Street", Postcode: "H91 XY2P", City: "Galway", Country: "IE"},
	{Name: "Notary De Wit", Street: "Herengracht 200", Postcode: "1016 BS", City: "Amsterdam", Country: "NL"},
}

var shipmentStates = []string{"delivered", "delivered", "failed", "delivered", "out_for_delivery", "in_transit", "handed_over", "booked"}

// newParcels makes two accounts; the first has shipments in every state.
func newParcels() *parcels {
	p := &parcels{accounts: map[string]*customer{}, next: firstShipment}
	for i, name := range []string{"Okafor Ceramics", "Lindqvist & Daughters"} {
		a := &customer{ID: fmt.Sprintf("acc_%d", 1042+i), Name: name, Since: "2023-02-01", Services: []string{"economy", "standard", "express"}}
		a.Credit.Limit, a.Credit.Used = euros(500000), euros(0)
		p.accounts[a.ID] = a
	}
	from := address{Name: "Okafor Ceramics", Street: "Kiln Lane 4", Postcode: "1012 JS", City: "Amsterdam", Country: "NL"}
	for i := range seedShipments {
		b := booking{
			Service: services[i%len(services)].name, From: from, To: receivers[i%len(receivers)],
			Reference: fmt.Sprintf("ORDER-%d", 7700+i),
			Parcels: []parcel{{Weight: 0.8 + float64(i%7)/2, Size: &size{30, 20, 15}, Contents: &contents{Kind: "goods", Items: []item{
				{Description: "Glazed mug", Quantity: 1 + i%4, Value: euros(1850), Commodity: "6912.00", Origin: "NL"},
			}}}},
		}
		s := p.book(p.accounts["acc_1042"], b)
		s.Status = shipmentStates[i*len(shipmentStates)/seedShipments]
	}
	return p
}

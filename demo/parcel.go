package demo

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// parcels is the Parcel API: accounts, shipments and what belongs to them.
type parcels struct {
	mu        sync.Mutex
	accounts  map[string]*customer
	shipments []*shipment // oldest first
	next      int64       // number of the next shipment
}

// maxShipments is how many the demo remembers; the oldest are forgotten.
const maxShipments = 500

type customer struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Credit struct {
		Limit money `json:"limit"`
		Used  money `json:"used"`
	} `json:"credit"`
	Services []string `json:"services"`
	Since    string   `json:"since"`
	Webhook  *webhook `json:"webhook,omitempty"`
}

type webhook struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret,omitempty"` // taken, never shown
}

type address struct {
	Name     string  `json:"name"`
	Street   string  `json:"street"`
	Postcode string  `json:"postcode"`
	City     string  `json:"city"`
	Country  string  `json:"country"`
	Phone    *string `json:"phone,omitempty"`
}

type parcel struct {
	Weight   float64   `json:"weight"` // kg
	Size     *size     `json:"size,omitempty"`
	Contents *contents `json:"contents"`
	Tracking string    `json:"tracking,omitempty"`
}

// size is in centimetres.
type size struct {
	Length float64 `json:"length"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// contents is goods, documents or a bundle; Kind says which fields it has.
type contents struct {
	Kind      string     `json:"kind"`
	Items     []item     `json:"items,omitempty"`
	Dangerous *dangerous `json:"dangerous,omitempty"`
	Pages     int        `json:"pages,omitempty"`
	Parcels   []parcel   `json:"parcels,omitempty"`
}

type dangerous struct {
	UN string `json:"un,omitempty"`
}

type item struct {
	Description string `json:"description"`
	Quantity    int    `json:"quantity"`
	Value       money  `json:"value"`
	Commodity   string `json:"commodity,omitempty"`
	Origin      string `json:"origin,omitempty"`
}

type booking struct {
	Service      string        `json:"service"`
	From         address       `json:"from"`
	To           address       `json:"to"`
	Parcels      []parcel      `json:"parcels"`
	Reference    string        `json:"reference,omitempty"`
	Insurance    *money        `json:"insurance,omitempty"`
	Instructions *instructions `json:"instructions,omitempty"`
	Notify       string        `json:"notify,omitempty"`
}

type instructions struct {
	SafePlace string `json:"safePlace,omitempty"`
	Signature bool   `json:"signature,omitempty"`
	Text      string `json:"text,omitempty"`
}

type shipment struct {
	booking
	ID           string       `json:"id"`
	AccountID    string       `json:"accountId"`
	Status       string       `json:"status"`
	Price        money        `json:"price"`
	BookedAt     time.Time    `json:"bookedAt"`
	PickupBefore time.Time    `json:"pickupBefore"`
	Tracking     []string     `json:"tracking"`
	Destination  *destination `json:"destination,omitempty"`

	idempotencyKey string
	changes        int
	papers         []paper
}

// destination is an address, a place or the sender; To says which.
type destination struct {
	To      string   `json:"to"`
	Address *address `json:"address,omitempty"`
	PlaceID string   `json:"placeId,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

// etag changes with the shipment.
func (s *shipment) etag() string { return `"` + s.ID + "-" + strconv.Itoa(s.changes) + `"` }

// routes registers the Parcel API's operations.
func (p *parcels) routes(mux *http.ServeMux) {
	for pattern, h := range map[string]operation{
		"GET /parcel/accounts/{account}":            p.ofAccount(p.getAccount),
		"GET /parcel/accounts/{account}/shipments":  p.ofAccount(p.listShipments),
		"POST /parcel/accounts/{account}/shipments": p.ofAccount(p.bookShipment),
		"PUT /parcel/accounts/{account}/webhook":    p.ofAccount(p.setWebhook),
		"GET /parcel/accounts/{account}/invoices":   p.ofAccount(p.listInvoices),
		"GET /parcel/shipments/{shipment}":          p.ofShipment(p.getShipment),
		"PATCH /parcel/shipments/{shipment}":        p.ofShipment(p.changeShipment),
		"DELETE /parcel/shipments/{shipment}":       p.ofShipment(p.cancelShipment),
		"POST /parcel/shipments/{shipment}/route":   p.ofShipment(p.rerouteShipment),
		"GET /parcel/shipments/{shipment}/label":    p.ofShipment(p.getLabel),
		"POST /parcel/labels":                       p.printLabels,
		"GET /parcel/shipments/{shipment}/papers":   p.ofShipment(p.listPapers),
		"POST /parcel/shipments/{shipment}/papers":  p.ofShipment(p.uploadPaper),
		"PUT /parcel/shipments/{shipment}/photo":    p.ofShipment(p.putPhoto),
		"POST /parcel/quotes":                       quoteShipment,
		"GET /parcel/places":                        findPlaces,
		"GET /parcel/places/{place}":                getPlace,
		"GET /parcel/regions/{region}":              getRegion,
		"GET /parcel/customs/codes/{code}":          getCommodity,
	} {
		handle(mux, pattern, h)
	}
}

// ofAccount answers a request about an account with h, which holds mu.
func (p *parcels) ofAccount(h func(http.ResponseWriter, *http.Request, *customer) error) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if a := p.accounts[r.PathValue("account")]; a != nil {
			return h(w, r, a)
		}
		return notFound("There is no account %s.", r.PathValue("account"))
	}
}

// ofShipment answers a request about a shipment with h, which holds mu.
func (p *parcels) ofShipment(h func(http.ResponseWriter, *http.Request, *shipment) error) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if s := p.byID(r.PathValue("shipment")); s != nil {
			return h(w, r, s)
		}
		return notFound("There is no shipment %s.", r.PathValue("shipment"))
	}
}

func (p *parcels) byID(id string) *shipment {
	for _, s := range p.shipments {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// shipmentID spells a number in four digits and letters.
func shipmentID(n int64) string {
	s := strings.ToUpper(strconv.FormatInt(n, 36))
	return "shp_" + strings.Repeat("0", max(0, 4-len(s))) + s[max(0, len(s)-4):]
}

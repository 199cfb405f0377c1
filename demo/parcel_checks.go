package demo

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	countryCode   = regexp.MustCompile(`^[A-Z]{2}$`)
	decimalAmount = regexp.MustCompile(`^\d{1,9}\.\d{2}$`)
	currencyCode  = regexp.MustCompile(`^[A-Z]{3}$`)
	unNumber      = regexp.MustCompile(`^UN[0-9]{4}$`)
)

// maxNesting is how deep bundles may lie in one another.
const maxNesting = 8

// check reports every field of a booking that breaks a rule of the description.
func (b *booking) check() error {
	var c checks
	c.oneOf("service", b.Service, serviceNames()...)
	b.From.check(&c, "from")
	b.To.check(&c, "to")
	checkParcels(&c, "parcels", b.Parcels, 99, 0)
	c.that(len(b.Reference) <= 40, "reference", "must be at most 40 characters")
	if b.Insurance != nil {
		b.Insurance.check(&c, "insurance")
	}
	b.Instructions.check(&c)
	return c.err()
}

func (a *address) check(c *checks, field string) {
	for name, value := range map[string]string{"name": a.Name, "street": a.Street, "postcode": a.Postcode, "city": a.City} {
		c.that(strings.TrimSpace(value) != "", field+"."+name, "is required")
		c.that(len(value) <= 120, field+"."+name, "is too long")
	}
	c.that(countryCode.MatchString(a.Country), field+".country", "must be two capital letters, such as NL")
}

func checkParcels(c *checks, field string, list []parcel, most, depth int) {
	c.that(len(list) >= 1 && len(list) <= most, field, fmt.Sprintf("must hold 1 to %d parcels", most))
	if depth > maxNesting {
		c.that(false, field, "is nested too deep")
		return
	}
	for i := range list {
		list[i].check(c, fmt.Sprintf("%s[%d]", field, i), depth)
	}
}

func (p *parcel) check(c *checks, field string, depth int) {
	c.that(p.Weight > 0, field+".weight", "must be more than 0")
	c.that(p.Weight <= 70, field+".weight", "must be at most 70")
	if s := p.Size; s != nil {
		for _, edge := range []float64{s.Length, s.Width, s.Height} {
			c.that(edge > 0 && edge <= 300, field+".size", "each edge must be more than 0 and at most 300")
		}
	}
	if p.Contents == nil {
		c.that(false, field+".contents", "is required")
		return
	}
	p.Contents.check(c, field+".contents", depth)
}

func (x *contents) check(c *checks, field string, depth int) {
	c.oneOf(field+".kind", x.Kind, "goods", "documents", "bundle")
	switch x.Kind {
	case "goods":
		c.that(len(x.Items) >= 1 && len(x.Items) <= 50, field+".items", "must hold 1 to 50 items")
		for i, it := range x.Items {
			at := fmt.Sprintf("%s.items[%d]", field, i)
			c.that(len(it.Description) >= 3 && len(it.Description) <= 100, at+".description", "must be 3 to 100 characters")
			c.that(it.Quantity >= 1, at+".quantity", "must be at least 1")
			it.Value.check(c, at+".value")
			c.that(it.Origin == "" || countryCode.MatchString(it.Origin), at+".origin", "must be two capital letters")
		}
		c.that(x.Dangerous == nil || x.Dangerous.UN == "" || unNumber.MatchString(x.Dangerous.UN), field+".dangerous.un", "must be UN and four digits")
	case "documents":
		c.that(x.Pages >= 0, field+".pages", "must be at least 1")
	case "bundle":
		checkParcels(c, field+".parcels", x.Parcels, 20, depth+1)
	}
}

func (m money) check(c *checks, field string) {
	c.that(decimalAmount.MatchString(m.Amount), field+".amount", "must be a decimal number with two places, such as 14.90")
	c.that(currencyCode.MatchString(m.Currency), field+".currency", "must be three capital letters, such as EUR")
}

func (i *instructions) check(c *checks) {
	if i == nil {
		return
	}
	if i.SafePlace != "" {
		c.oneOf("instructions.safePlace", i.SafePlace, "porch", "garage", "neighbour", "none")
	}
	c.that(len(i.Text) <= 140, "instructions.text", "must be at most 140 characters")
}

// check reports what is wrong with a destination and drops fields of another kind.
func (d *destination) check() error {
	var c checks
	c.oneOf("to", d.To, "address", "place", "sender")
	switch d.To {
	case "address":
		if d.Address == nil {
			c.that(false, "address", "is required")
		} else {
			d.Address.check(&c, "address")
		}
		d.PlaceID, d.Reason = "", ""
	case "place":
		c.that(placeByID(d.PlaceID) != nil, "placeId", "must be a place, such as plc_021")
		d.Address, d.Reason = nil, ""
	case "sender":
		d.Address, d.PlaceID = nil, ""
	}
	return c.err()
}

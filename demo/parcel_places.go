package demo

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type place struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Name     string            `json:"name"`
	Position [2]float64        `json:"position"` // latitude and longitude in degrees
	Distance float64           `json:"distance,omitempty"`
	Hours    map[string]string `json:"hours,omitempty"`
}

// places lists the places of the demo: three kinds in three cities.
func places() []place {
	week := []string{"mon", "tue", "wed", "thu", "fri", "sat"}
	list := []place{}
	for c, city := range []struct {
		name     string
		lat, lon float64
	}{{"Amsterdam", 52.37, 4.89}, {"Hamburg", 53.55, 10.0}, {"Göteborg", 57.71, 11.97}} {
		for i := range 4 {
			p := place{
				ID: fmt.Sprintf("plc_%03d", 20+4*c+i), Kind: []string{"depot", "locker", "shop", "locker"}[i],
				Position: [2]float64{city.lat + 0.004*float64(i), city.lon + 0.006*float64(i%3)}, Hours: map[string]string{},
			}
			p.Name = city.name + " " + []string{"depot", "central station", "book shop", "harbour"}[i]
			hours := map[string]string{"depot": "06:00-22:00", "locker": "00:00-24:00", "shop": "09:00-18:00"}[p.Kind]
			for _, day := range week {
				p.Hours[day] = hours
			}
			list = append(list, p)
		}
	}
	return list
}

func placeByID(id string) *place {
	list := places()
	if i := slices.IndexFunc(list, func(p place) bool { return p.ID == id }); i >= 0 {
		return &list[i]
	}
	return nil
}

func getPlace(w http.ResponseWriter, r *http.Request) error {
	p := placeByID(r.PathValue("place"))
	if p == nil {
		return notFound("There is no place %s.", r.PathValue("place"))
	}
	return writeJSON(w, http.StatusOK, p)
}

func findPlaces(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	near, err := position(query.Get("near"))
	if err != nil {
		return err
	}
	radius := 5.0
	if text := query.Get("radius"); text != "" {
		if radius, err = strconv.ParseFloat(text, 64); err != nil || !(radius > 0 && radius <= 50) {
			return badRequest("radius must be more than 0 and at most 50; it is %q.", text)
		}
	}
	kinds := query["kind"]
	for _, k := range kinds {
		if !slices.Contains([]string{"locker", "shop", "depot"}, k) {
			return badRequest("kind knows no %q.", k)
		}
	}
	found := []place{}
	for _, p := range places() {
		p.Distance = math.Round(kilometres(near, p.Position)*100) / 100
		alwaysOpen := p.Kind == "locker"
		if p.Distance <= radius && (len(kinds) == 0 || slices.Contains(kinds, p.Kind)) && (query.Get("open") != "true" || alwaysOpen) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b place) int { return int(100 * (a.Distance - b.Distance)) })
	return writeJSON(w, http.StatusOK, found)
}

// position parses "latitude,longitude".
func position(text string) ([2]float64, error) {
	lat, lon, _ := strings.Cut(text, ",")
	a, err1 := strconv.ParseFloat(lat, 64)
	b, err2 := strconv.ParseFloat(lon, 64)
	if err1 != nil || err2 != nil || math.Abs(a) > 90 || math.Abs(b) > 180 || math.IsNaN(a+b) {
		return [2]float64{}, badRequest("near must be a latitude and a longitude, such as 52.3728,4.8936; it is %q.", text)
	}
	return [2]float64{a, b}, nil
}

// kilometres is the distance of two points on the earth.
func kilometres(a, b [2]float64) float64 {
	const radian = math.Pi / 180
	dLat, dLon := (b[0]-a[0])*radian, (b[1]-a[1])*radian
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a[0]*radian)*math.Cos(b[0]*radian)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * 6371 * math.Asin(math.Sqrt(min(1, h)))
}

type region struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Zone    int      `json:"zone,omitempty"`
	Regions []region `json:"regions,omitempty"`
}

func world() region {
	return region{Code: "EU", Name: "Europe", Zone: 2, Regions: []region{
		{Code: "NL", Name: "Netherlands", Zone: 1, Regions: []region{
			{Code: "NL-NH", Name: "North Holland", Zone: 1, Regions: []region{{Code: "NL-NH-AMS", Name: "Amsterdam", Zone: 1}}},
			{Code: "NL-ZH", Name: "South Holland", Zone: 1},
		}},
		{Code: "SE", Name: "Sweden", Zone: 3, Regions: []region{{Code: "SE-O", Name: "Västra Götaland", Zone: 3}}},
		{Code: "DE", Name: "Germany", Zone: 2, Regions: []region{{Code: "DE-HH", Name: "Hamburg", Zone: 2}}},
	}}
}

func getRegion(w http.ResponseWriter, r *http.Request) error {
	depth, err := queryInt(r, "depth", 1, 0, 3)
	if err != nil {
		return err
	}
	found := world().find(r.PathValue("region"))
	if found == nil {
		return notFound("There is no region %s.", r.PathValue("region"))
	}
	return writeJSON(w, http.StatusOK, found.cut(depth))
}

func (g region) find(code string) *region {
	if g.Code == code {
		return &g
	}
	for _, inner := range g.Regions {
		if found := inner.find(code); found != nil {
			return found
		}
	}
	return nil
}

// cut is the region with so many levels below it.
func (g region) cut(depth int) region {
	inner := g.Regions
	g.Regions = nil
	for _, r := range inner {
		if depth > 0 {
			g.Regions = append(g.Regions, r.cut(depth-1))
		}
	}
	return g
}

type commodity struct {
	Code   string     `json:"code"`
	Title  string     `json:"title"`
	Duty   float64    `json:"duty,omitempty"` // percent
	Within *commodity `json:"within,omitempty"`
}

func getCommodity(w http.ResponseWriter, r *http.Request) error {
	code := strings.Replace(r.PathValue("code"), ".", "", 1)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return badRequest("A commodity code has six digits; it is %q.", r.PathValue("code"))
	}
	ceramics := &commodity{Code: "69", Title: "Ceramic products", Within: &commodity{Code: "XIII", Title: "Articles of stone, ceramics and glass"}}
	known := map[string]commodity{
		"691200": {Code: "6912.00", Title: "Ceramic tableware, other than of porcelain", Duty: 5, Within: &commodity{Code: "6912", Title: "Ceramic tableware", Within: ceramics}},
		"691110": {Code: "6911.10", Title: "Porcelain tableware", Duty: 12, Within: &commodity{Code: "6911", Title: "Porcelain tableware and household articles", Within: ceramics}},
	}
	c, ok := known[code]
	if !ok {
		return notFound("There is no commodity %s.", r.PathValue("code"))
	}
	return writeJSON(w, http.StatusOK, c)
}

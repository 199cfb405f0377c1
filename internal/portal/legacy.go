package portal

import (
	"net/http"

	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// legacy deals with addresses that name what they show by query or hash
// (design.md §5 Parameters): to is the canonical address of ?api=x and the
// like; forward means that the browser has to look into the hash.
func legacy(s *site.Site, r *http.Request) (to string, forward bool) {
	query := r.URL.Query()
	switch s.Details(r.URL.EscapedPath()) {
	case "api":
		api, operation := query.Get("api"), query.Get("operation")
		switch {
		case api == "":
			return "", true
		case operation == "":
			return widget.APIHref(api), false
		}
		return widget.OperationHref(api, operation), false
	case "changelog":
		if api := query.Get("api"); api != "" {
			return widget.ChangelogHref(api), false
		}
		return "", true
	case "product":
		if product := query.Get("product"); product != "" {
			return widget.ProductHref(product), false
		}
		return "", true
	}
	return "", false
}

// forwardScript leads #api=x&operation=y and #product=x to their canonical
// address, anything else to the list.
const forwardScript = `var p=new URLSearchParams(location.hash.slice(1)),e=encodeURIComponent,a=p.get("api"),o=p.get("operation"),d=p.get("product");` +
	`location.replace(a&&location.pathname.includes("changelog")?"/apis/"+e(a)+"/-/changelog":a?"/apis/"+e(a)+(o?"/"+e(o):""):d?"/products/"+e(d):location.pathname.startsWith("/product")?"/products":"/apis")`

// serveForward answers an old details address without a query.
func (p *Portal) serveForward(w http.ResponseWriter, r *http.Request) error {
	list := widget.APIsPath
	if len(r.URL.Path) >= len("/product") && r.URL.Path[:len("/product")] == "/product" {
		list = widget.ProductsPath
	}
	body := `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex"><title>Moved</title>` +
		`<script>` + forwardScript + `</script><noscript><p>This page has moved. <a href="` + list + `">See the list.</a></noscript>`
	policy := header{"Content-Security-Policy", []string{"default-src 'none'; script-src " + widget.CSPHash(forwardScript) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}}
	return p.send(w, r, http.StatusOK, []byte(body), htmlType, policy)
}

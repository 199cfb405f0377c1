package widget

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// form is a form of the site's own. It is sent only to where its author says,
// if that is an address of the portal.
func (c *compiler) form(at place) {
	c.sheets["form"] = true
	var f struct {
		Action string `json:"formAction"`
		Method string `json:"formMethod"`
	}
	_ = at.node.decode(&f)
	attributes := ""
	switch {
	case f.Action == "":
	case !address.IsLocal(f.Action):
		c.find(apim.SeverityWarning, at.path, "The form is not sent: it may go only to an address of this portal, one that begins with /.")
	default:
		attributes = ` action="` + html.EscapeString(f.Action) + `"`
		if strings.EqualFold(f.Method, "post") {
			attributes += " method=post"
		}
	}
	c.open("form", "form", attributes, at)
	c.inner(at)
	c.write("</form>")
}

// inputProperties are those of the controls of a form.
var inputProperties = []string{
	"label", "inputName", "inputType", "inputValue", "name", "value", "placeholder", "placeholderText", "required", "readonly", "maxLength", "options", "text",
}

// siteInput is a control of a form of the site's own.
type siteInput struct {
	Label        string `json:"label"`
	Text         string `json:"text"`
	Name         string `json:"name"`
	InputName    string `json:"inputName"`
	Kind         string `json:"inputType"`
	Value        string `json:"value"`
	InputValue   string `json:"inputValue"`
	Placeholder  string `json:"placeholder"`
	PlaceholderT string `json:"placeholderText"`
	Required     bool   `json:"required"`
	ReadOnly     bool   `json:"readonly"`
	MaxLength    int    `json:"maxLength"`
	Options      []struct {
		Value string `json:"value"`
		Label string `json:"label"`
		Text  string `json:"text"`
	} `json:"options"`
}

func (i *siteInput) settle() {
	i.Label, i.Name = cmp.Or(i.Label, i.Text), cmp.Or(i.Name, i.InputName)
	i.Value, i.Placeholder = cmp.Or(i.Value, i.InputValue), cmp.Or(i.Placeholder, i.PlaceholderT)
	if !slices.Contains([]string{"text", "email", "tel", "url", "number", "date", "search"}, i.Kind) {
		i.Kind = "text"
	}
}

// attributes are those that every control has.
func (i *siteInput) attributes(id string) string {
	s := fmt.Sprintf(` id=%s name="%s"`, id, html.EscapeString(i.Name))
	if i.Placeholder != "" {
		s += ` placeholder="` + html.EscapeString(i.Placeholder) + `"`
	}
	if i.Required {
		s += " required"
	}
	if i.ReadOnly {
		s += " readonly"
	}
	if i.MaxLength > 0 {
		s += fmt.Sprintf(" maxlength=%d", i.MaxLength)
	}
	return s
}

// input writes one control with its label.
func (c *compiler) input(at place) {
	c.sheets["form"] = true
	var in siteInput
	if err := at.node.decode(&in); err != nil {
		c.find(apim.SeverityWarning, at.path, "A property of this control is not understood: "+err.Error())
	}
	in.settle()
	if at.node.Type == "input:submit" {
		c.open("button", "btn primary", "", at)
		c.write(html.EscapeString(cmp.Or(in.Label, in.Value, c.opt.Messages.T("form.send"))) + "</button>")
		return
	}
	c.panels++
	id := fmt.Sprintf("field-%d", c.panels)
	label, value := html.EscapeString(in.Label), html.EscapeString(in.Value)
	if at.node.Type == "input:checkbox" {
		c.open("label", "check", "", at)
		c.write(`<input type=checkbox` + in.attributes(id) + ">" + label + "</label>")
		return
	}
	c.open("div", "field", "", at)
	defer c.write("</div>")
	c.write(fmt.Sprintf("<label for=%s>%s</label>", id, label))
	switch at.node.Type {
	case "input:textarea":
		c.write("<textarea rows=5" + in.attributes(id) + ">" + value + "</textarea>")
	case "input:select":
		c.write("<select" + in.attributes(id) + ">")
		for _, o := range in.Options {
			c.write(`<option value="` + html.EscapeString(o.Value) + `">` + html.EscapeString(cmp.Or(o.Label, o.Text, o.Value)) + "</option>")
		}
		c.write("</select>")
	default:
		c.write(`<input type=` + in.Kind + in.attributes(id) + ` value="` + value + `">`)
	}
}

// testimonial is what somebody says, with a name and stars.
func (c *compiler) testimonial(at place) {
	c.sheets["parts"] = true
	var t struct {
		Text   string `json:"textContent"`
		Author string `json:"author"`
		Title  string `json:"authorTitle"`
		Stars  int    `json:"starCount"`
		Of     int    `json:"allStarsCount"`
	}
	if err := at.node.decode(&t); err != nil {
		c.find(apim.SeverityWarning, at.path, "A property of this testimonial is not understood: "+err.Error())
	}
	c.open("figure", "said", "", at)
	c.write("<blockquote>" + html.EscapeString(t.Text) + "</blockquote><figcaption>" + html.EscapeString(t.Author))
	if t.Title != "" {
		c.write("<small>" + html.EscapeString(t.Title) + "</small>")
	}
	if t.Of = min(max(t.Of, 5), 10); t.Stars > 0 {
		t.Stars = min(t.Stars, t.Of)
		c.write(fmt.Sprintf(`<span role=img aria-label="%s">%s%s</span>`, html.EscapeString(c.opt.Messages.T("testimonial.stars", "n", t.Stars, "of", t.Of)),
			strings.Repeat("★", t.Stars), strings.Repeat("☆", t.Of-t.Stars)))
	}
	c.write("</figcaption></figure>")
}

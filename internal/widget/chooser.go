package widget

// maxChoices is how many entries a chooser lists; the list itself has them all.
const maxChoices = 100

// chooser is a list as one control that opens: the dropdown layout.
type chooser struct {
	Label   string // of the current entry, or what to choose
	Name    string // for screen readers
	Choices []entry
	All     string // address of the whole list; "" when everything is here
}

type entry struct {
	Label, Href string
	Current     bool
}

// chooser is one without entries; label is a message key.
func (in *Input) chooser(label, all string) *chooser {
	text := in.T(label)
	return &chooser{Label: text, Name: text, All: all}
}

func (c *chooser) add(label, href string, current bool) {
	c.Choices = append(c.Choices, entry{label, href, current})
	if current {
		c.Label = label
	}
}

// close cuts a long list.
func (c *chooser) close() *chooser {
	if len(c.Choices) <= maxChoices {
		c.All = ""
		return c
	}
	c.Choices = c.Choices[:maxChoices]
	return c
}

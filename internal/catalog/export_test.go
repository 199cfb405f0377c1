package catalog

// Tags are the tags of the APIs the visitor sees, by name.
func (c *Catalog) Tags(v Visitor) []Tag { return c.snapshot().view(v).tags }

// KeptViews is for how many audiences lists are kept.
func (c *Catalog) KeptViews() (n int) {
	c.snapshot().views.Range(func(any, any) bool { n++; return true })
	return n
}

// MaxViews is the most that are kept.
const MaxViews = maxViews

// CompareVersions is the order of versions.
func CompareVersions(a, b string) int { return compareNatural(a, b) }

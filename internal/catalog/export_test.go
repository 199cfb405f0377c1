package catalog

// Tags are the tags of the APIs the visitor sees, by name.
func (c *Catalog) Tags(v Visitor) []Tag { return c.snapshot().view(v).tags }

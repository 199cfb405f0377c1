package gate

// GraphQL refuses a schema or query that its parser would recurse into too deep
// or keep too much of.
func GraphQL(text string) error {
	s := scanner{language: language{remark: "#", quotes: `"`, triple: true}, text: text, line: 1}
	var open brackets
	for n := 0; s.next(); n++ {
		if n == graphQLTokens {
			return refuse(s.line, "a schema may have %d names, signs and texts; this has more.", graphQLTokens)
		}
		if err := open.see(s.current, Depth, "([{", ")]}"); err != nil {
			return err
		}
	}
	return nil
}

// brackets counts how many are open.
type brackets int

func (b *brackets) see(t token, limit int, opening, closing string) error {
	if t.quoted || len(t.text) != 1 {
		return nil
	}
	for i := range opening {
		switch t.text[0] {
		case opening[i]:
			*b++
		case closing[i]:
			*b = max(*b-1, 0)
		}
	}
	if int(*b) > limit {
		return refuse(t.line, "brackets are nested deeper than %d.", limit)
	}
	return nil
}

// GraphQLChecks counts the comparisons that the check of a parsed schema makes.
type GraphQLChecks struct {
	spent int
	err   error
}

// Members counts what stands side by side in a definition and is compared with
// each other: fields, arguments, values, interfaces.
func (g *GraphQLChecks) Members(line int, name string, n int) {
	if n > graphQLMembers && g.err == nil {
		g.err = refuse(line, "a definition may have %d fields, arguments, values or interfaces; %.100s has more.", graphQLMembers, name)
	}
}

// Compare counts comparisons.
func (g *GraphQLChecks) Compare(line, n int) {
	if g.spent += n; g.spent > graphQLChecks && g.err == nil {
		g.err = refuse(line, "checking interfaces and directives takes more than %d comparisons.", graphQLChecks)
	}
}

// Err is the first refusal.
func (g *GraphQLChecks) Err() error { return g.err }

package gate

// Proto refuses a .proto file that its compiler would recurse into too deep, keep
// too much of or take too long for.
func Proto(text string) error {
	p := protoGate{scanner: scanner{language: language{remark: "//", block: true, quotes: `"'`}, text: text, line: 1}}
	for n := 0; p.next(); n++ {
		if n == protoTokens {
			return refuse(p.line, "a .proto file may have %d names, signs and texts; this has more.", protoTokens)
		}
		if err := p.see(p.current); err != nil {
			return err
		}
	}
	return nil
}

// protoGate follows the names around the place it has reached.
type protoGate struct {
	scanner
	open   brackets
	scopes []int // for each open bracket, how long the names around it are
	around int   // bytes of the names around the current place
	since  int   // bytes of the names since the last statement began
	names  int   // bytes of all names so far, each with those around it
	whole  int   // bytes of the package's name, which is around everything

	imports int
	last    int // line of the last token
	tokens  int // of that line
}

func (p *protoGate) see(t token) error {
	if err := p.open.see(t, protoDepth, "{[(<", "}])>"); err != nil {
		return err
	}
	if err := p.seeLine(t); err != nil {
		return err
	}
	switch {
	case t.quoted:
	case isWord(t.text[0]):
		return p.seeName(t)
	case t.text == "{":
		p.scopes = append(p.scopes, p.around)
		p.around += p.since
		p.since = 0
	case t.text == "}":
		if n := len(p.scopes); n > 0 {
			p.around, p.scopes = p.scopes[n-1], p.scopes[:n-1]
		}
		p.since = 0
	case t.text == ";":
		if p.open == 0 {
			p.whole = max(p.whole, p.since) // the package's name, among others
		}
		p.since = 0
	case t.text == ",":
		p.since = 0
	}
	return nil
}

func (p *protoGate) seeName(t token) error {
	if t.text == "import" {
		p.imports++
	}
	p.since += len(t.text) + 1
	p.names += p.whole + p.around + len(t.text)
	switch {
	case len(t.text) > protoName:
		return refuse(t.line, "a name may have %d characters; this has %d.", protoName, len(t.text))
	case p.imports > protoImports:
		return refuse(t.line, "a .proto file may import %d files; this imports more.", protoImports)
	case p.names > protoNames:
		return refuse(t.line, "the names with all names around them have more than %d MB.", protoNames>>20)
	}
	return nil
}

// seeLine counts what finding a token's place in its line costs.
func (p *protoGate) seeLine(t token) error {
	if t.line != p.last {
		p.last, p.tokens = t.line, 0
	}
	p.tokens++
	if p.tokens*(t.offset-p.begin) > protoLine {
		return refuse(t.line, "the line is too long; write one declaration a line.")
	}
	return nil
}

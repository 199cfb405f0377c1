package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

const (
	maxDepth = 64 // lists, their items and quotations in one another

	// What a text may cost for each of its bytes. A mark (of a link, of emphasis)
	// costs the bytes of its paragraph, which is what looking for its end may take.
	marksPerByte = 1024
	linesPerByte = 4 // lines that are looked at for each list they stand in
	cellsPerByte = 2 // of tables, whose rows are filled up to the width of the first
)

var meterKey = parser.NewContextKey()

// meter is what is left for one text.
type meter struct {
	marks, lines int
	stopped      bool // something was left plain

	paragraph ast.Node
	size      int // of paragraph, in bytes
}

func newMeter(bytes int) *meter {
	return &meter{marks: marksPerByte * (bytes + 1), lines: linesPerByte*bytes + 1000}
}

func meterOf(pc parser.Context) *meter { return pc.Get(meterKey).(*meter) }

// pay takes n of what is left, and reports whether there was enough.
func (m *meter) pay(left *int, n int) bool {
	if *left < n {
		m.stopped = true
		return false
	}
	*left -= n
	return true
}

// sizeOf is the length of a paragraph, which is asked for at each of its marks.
func (m *meter) sizeOf(n ast.Node) int {
	if m.paragraph != n {
		m.paragraph, m.size = n, 0
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			m.size += line.Len()
		}
	}
	return m.size
}

// container is the parser of lists or of quotations.
type container struct{ parser.BlockParser }

func (c container) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if depthOf(parent) >= maxDepth {
		meterOf(pc).stopped = true
		return nil, parser.NoChildren
	}
	return c.BlockParser.Open(parent, reader, pc)
}

func (c container) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if m := meterOf(pc); !m.pay(&m.lines, 1) {
		return parser.Close
	}
	return c.BlockParser.Continue(node, reader, pc)
}

func depthOf(n ast.Node) int {
	depth := 0
	for ; n != nil && depth < maxDepth; n = n.Parent() {
		depth++
	}
	return depth
}

// inline is a parser of links, emphasis, code and the like within a paragraph.
type inline struct{ parser.InlineParser }

func (i inline) Parse(parent ast.Node, reader text.Reader, pc parser.Context) ast.Node {
	if c := reader.Peek(); c > ' ' && c < 0x80 && !isWord(c) {
		if m := meterOf(pc); !m.pay(&m.marks, m.sizeOf(parent)) {
			return nil
		}
	}
	return i.InlineParser.Parse(parent, reader, pc)
}

// CloseBlock forwards the end of a paragraph to the parser of links.
func (i inline) CloseBlock(parent ast.Node, reader text.Reader, pc parser.Context) {
	if c, ok := i.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, reader, pc)
	}
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// definitions is the parser of [name]: address. Each may be looked for the end of
// in all of the paragraph.
type definitions struct{ parser.ParagraphTransformer }

func (d definitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	found, lines := 0, node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		if bytes.HasPrefix(bytes.TrimLeft(line.Value(reader.Source()), " "), []byte("[")) {
			found++
		}
	}
	m := meterOf(pc)
	m.paragraph = nil // its lines change
	if m.pay(&m.marks, found*m.sizeOf(node)) {
		d.ParagraphTransformer.Transform(node, reader, pc)
	}
	m.paragraph = nil
}

// tables is the parser of tables.
type tables struct{ parser.ParagraphTransformer }

func (t tables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	columns, size, lines := 0, 0, node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		value := line.Value(reader.Source())
		size += len(value)
		if len(bytes.Trim(value, "-:| \t\r\n")) == 0 {
			columns = max(columns, 1+bytes.Count(value, []byte("|")))
		}
	}
	m := meterOf(pc)
	left := cellsPerByte * (size + 1)
	if columns == 0 || m.pay(&left, columns*lines.Len()) {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

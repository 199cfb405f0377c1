package markdown

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// HTML returns text as HTML, and whether all of it was read as Markdown.
func HTML(text string) (out string, whole bool, err error) {
	m := newMeter(len(text))
	pc := parser.NewContext()
	pc.Set(meterKey, m)
	var b bytes.Buffer
	if err := reader().Convert([]byte(text), &b, parser.WithContext(pc)); err != nil {
		return "", false, fmt.Errorf("read Markdown: %w", err)
	}
	return b.String(), !m.stopped, nil
}

// Whole reports whether all of a text is read as Markdown, nothing of it left
// plain for what it would cost. It reads only texts of which that is possible.
func Whole(text string) bool {
	if strings.Count(text, "\n")+marks(text) < maxDepth/2 {
		return true
	}
	_, whole, err := HTML(text)
	return whole && err == nil
}

// marks counts the characters that may begin something.
func marks(text string) int {
	n := 0
	for i := range len(text) {
		if c := text[i]; c > ' ' && c < 0x7f && util.IsPunct(c) {
			n++
		}
	}
	return n
}

// reader is goldmark with tables, strikethrough and links of bare addresses,
// each of its parsers behind the meter.
var reader = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(blocks()...),
			parser.WithInlineParsers(inlines()...),
			parser.WithParagraphTransformers(
				util.Prioritized(definitions{parser.LinkReferenceParagraphTransformer}, 100),
				util.Prioritized(tables{extension.NewTableParagraphTransformer()}, 200)),
			parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
		)),
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(
			util.Prioritized(extension.NewTableHTMLRenderer(), 500),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500))),
	)
})

func blocks() []util.PrioritizedValue {
	return []util.PrioritizedValue{ // the order of parser.DefaultBlockParsers
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(container{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(container{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
}

func inlines() []util.PrioritizedValue {
	list := append(parser.DefaultInlineParsers(),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
		util.Prioritized(extension.NewLinkifyParser(), 999))
	for i, p := range list {
		list[i].Value = inline{p.Value.(parser.InlineParser)}
	}
	return list
}

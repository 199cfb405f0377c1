// Package markdown turns Markdown into HTML within bounds, and pages into Markdown. A parser of Markdown
// recurses as deep as lists and quotations are nested, and looks for the end of
// links, emphasis and definitions again and again; here it has a meter for each
// text, which allows a number of steps for each byte. What goes beyond is not
// refused: it stays the plain text that it is, from the place where the meter ran
// out, and [Whole] says so.
//
// The HTML is not sanitised: see widget/prose. The other way, [FromPage] writes a
// page of the portal as Markdown.
// It imports parsers of Markdown and HTML, and no other package of ours.
package markdown

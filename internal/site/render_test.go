package site_test

import (
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// renderOf renders pages that ask for no data.
func renderOf(v catalog.Visitor) widget.Render { return widget.Render{Visitor: v} }

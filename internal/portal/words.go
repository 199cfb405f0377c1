package portal

import "github.com/portico-portal/portico/internal/widget"

// words are a text of the message catalogue.
func words(key string, args ...any) string { return widget.English().T(key, args...) }

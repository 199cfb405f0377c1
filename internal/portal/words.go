package portal

import "github.com/portico-portal/portico/internal/widget/messages"

// words are a text of the message catalogue.
func words(key string, args ...any) string { return messages.English().T(key, args...) }

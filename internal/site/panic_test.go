package site

import "testing"

// Pages are compiled in goroutines of their own, where a panic would end the process.
func TestAPageWhoseCompilationPanicsFailsAlone(t *testing.T) {
	t.Parallel()
	p := &Page{} // of no site: looking for its layout panics
	for range 2 {
		if _, err := p.Compiled(); err == nil {
			t.Error("a page that cannot be compiled is taken for one that can")
		}
	}
}

package prose

import "testing"

func TestHeadingsOfTextsFollowThePages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		level            int
	}{
		{"below the title", "## A\n\n#### B", "<h2>A</h2><h3>B</h3>", 1},
		{"deep inside", "# A\n\nx", "<h4>A</h4><p>x</p>", 3},
		{"never beyond the sixth", "# A\n## B\n### C", "<h5>A</h5><h6>B</h6><h6>C</h6>", 4},
		{"HTML too", "<H1 class=x>A</H1>", "<h2>A</h2>", 1},
	}
	for _, test := range tests {
		if got := string(Below(test.level, test.text)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

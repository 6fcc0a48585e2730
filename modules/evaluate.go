package modules

import (
	"slices"
	"strings"

	"assay/modules/symbolic"
)

// Evaluate calls f with the tree's evaluator, with a new budget, while no
// other evaluation of the tree runs. f must not call Once or Alone.
func (t *Tree) Evaluate(f func(ev *symbolic.Evaluator)) {
	t.Alone(func() {
		t.ev.Begin()
		f(t.ev)
	})
}

// Loaded returns the names of the files that were read so far, sorted. Files
// that nobody asked for yet, because evaluation is lazy, are not among them.
func (t *Tree) Loaded() []string {
	t.src.mu.Lock()
	defer t.src.mu.Unlock()
	names := make([]string, 0, len(t.src.parsed))
	for name, p := range t.src.parsed {
		if p.file != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// NixFiles returns the names of the Nix files that Nix sees in the flake, at
// most as many as asked for, in the order of their directories. Where git
// tracks none, these are all that are there.
func (t *Tree) NixFiles(most int) []string {
	all, _ := t.src.walk(".", func(string) bool { return true })
	var out []string
	for _, name := range all {
		if strings.HasSuffix(name, ".nix") && len(out) < most && (t.src.tracked == nil || t.src.tracked[name]) {
			out = append(out, name)
		}
	}
	return out
}

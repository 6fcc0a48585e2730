package modules

import (
	"slices"

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

package compose

import (
	"fmt"
	"testing"

	"assay/fleet"
)

func BenchmarkComposeFirst(b *testing.B) {
	for b.Loop() {
		tree, f := example(b)
		Compose(tree, Request{Fleet: f, Machine: f.Machine("cinnabar")})
	}
}

func BenchmarkCompose(b *testing.B) {
	tree, f := example(b)
	m := f.Machine("cinnabar")
	for b.Loop() {
		Compose(tree, Request{Fleet: f, Machine: m})
	}
}

// BenchmarkCompose500 composes a fleet of 500 machines made of the example's.
func BenchmarkCompose500(b *testing.B) {
	_, f := example(b)
	eight := f.Machines
	f.Machines = nil
	for i := range 500 {
		m := eight[i%len(eight)]
		m.Name = fmt.Sprintf("%s-%d", m.Name, i)
		f.Machines = append(f.Machines, m)
	}
	for i := range f.Services {
		for j := range f.Services[i].Roles {
			r := &f.Services[i].Roles[j]
			r.Members = nil
			if r.Name == "controller" {
				continue
			}
			for k := range f.Machines {
				r.Members = append(r.Members, fleet.Member{Machine: f.Machines[k].Name})
			}
		}
	}
	b.ResetTimer()
	for b.Loop() {
		tree, _ := example(b)
		for i := range f.Machines {
			Compose(tree, Request{Fleet: f, Machine: &f.Machines[i]})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(500*b.N), "ms/machine")
}

package session

import (
	"context"
	"runtime"

	"assay/fleet"
)

// AspectMachines says which machines an aspect applies to.
type AspectMachines map[aspectKey][]string

type aspectKey struct {
	class fleet.Class
	name  string
}

// Of returns the machines, in the fleet's order, that the aspect applies to:
// to the machine itself, or to one of its homes.
func (m AspectMachines) Of(class fleet.Class, name string) []string { return m[aspectKey{class, name}] }

// AspectMachines composes every machine and tells which aspects each has.
// Machines whose composition has an error count with what it still shows.
func (s *Session) AspectMachines(ctx context.Context) (AspectMachines, error) {
	machines := names(s.Fleet().Machines)
	has := make([]map[aspectKey]bool, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		composition, _ := s.Repo.Compose(name) // its errors are check's matter
		has[i] = map[aspectKey]bool{}
		for _, reached := range composition.Scope.Aspects {
			has[i][aspectKey{composition.Scope.Class, reached.Name}] = true
		}
		for _, home := range composition.Homes {
			for _, reached := range home.Aspects {
				has[i][aspectKey{home.Class, reached.Name}] = true
			}
		}
	})
	out := AspectMachines{}
	for i, name := range machines {
		for key := range has[i] {
			out[key] = append(out[key], name)
		}
	}
	return out, ctx.Err()
}

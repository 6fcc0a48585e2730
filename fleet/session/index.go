package session

import (
	"context"
	"runtime"

	"assay/modules/compose"
)

// overMachines composes every machine, keeps what take takes of each, and
// returns that in the fleet's order.
func overMachines[T any](ctx context.Context, s *Session, take func(compose.Composition) []T) ([]T, error) {
	machines := names(s.Fleet().Machines)
	taken := make([][]T, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		composition, _ := s.Repo.Compose(name) // its errors are check's matter
		taken[i] = take(composition)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []T
	for _, some := range taken {
		out = append(out, some...)
	}
	return out, nil
}

// scopes are the machine's own scope and those of its homes.
func scopes(c compose.Composition) []compose.Scope {
	return append([]compose.Scope{c.Scope}, c.Homes...)
}

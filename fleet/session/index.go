package session

import (
	"context"
	"runtime"

	"assay/modules/compose"
)

// overMachines composes every machine, keeps what take takes of each, and
// returns that in the fleet's order.
func overMachines[T any](ctx context.Context, s *Session, take func(compose.Composition) []T) ([]T, error) {
	return overAll(ctx, s, func(name string) []T {
		composition, _ := s.Repo.Compose(name) // its errors are check's matter
		return take(composition)
	})
}

// packageUses are the places by which machines install packages.
func (s *Session) packageUses(ctx context.Context) ([]namedUse, error) {
	return overAll(ctx, s, func(name string) []namedUse { return packageUses(s.Repo.Installed(name)) })
}

// overAll puts together what of gives for every machine, in the fleet's order.
func overAll[T any](ctx context.Context, s *Session, of func(machine string) []T) ([]T, error) {
	machines := names(s.Fleet().Machines)
	taken := make([][]T, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		taken[i] = of(name)
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

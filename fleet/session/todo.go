package session

import (
	"context"

	"assay/fleet/engine"
)

// Planner is an engine that can say, before it builds, what is left to do.
type Planner interface {
	Todo(ctx context.Context, systems []engine.System) (engine.Todo, error)
}

// todo asks the engine what is left to do for the systems; ok is false where it
// has nothing to say.
func (s *Session) todo(ctx context.Context, systems []engine.System) (_ engine.Todo, ok bool) {
	return leftToDo(ctx, s.reach.Engine, systems)
}

func leftToDo(ctx context.Context, e engine.Engine, systems []engine.System) (_ engine.Todo, ok bool) {
	planner, ok := e.(Planner)
	if !ok || len(systems) == 0 || ctx.Err() != nil {
		return engine.Todo{}, false
	}
	todo, err := planner.Todo(ctx, systems)
	if err != nil {
		todo.Unknown = err.Error()
	}
	return todo, true
}

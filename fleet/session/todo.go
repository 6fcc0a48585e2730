package session

import (
	"context"

	"assay/fleet/engine"
)

// Planner is an engine that can say, before it builds, what is left to do.
type Planner interface {
	Todo(ctx context.Context, systems []engine.System) (engine.Todo, error)
}

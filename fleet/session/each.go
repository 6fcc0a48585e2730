package session

import (
	"context"
	"sync"
)

// each calls do for every item, at most limit at once, and returns when all
// calls have returned. Once ctx is done it starts no more.
func each[T any](ctx context.Context, limit int, items []T, do func(i int, item T)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	for i, item := range items {
		select {
		case <-ctx.Done():
		case slots <- struct{}{}:
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i, item)
		})
	}
	wg.Wait()
}

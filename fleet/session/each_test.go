package session

import (
	"context"
	"sync"
	"testing"
)

func TestEach(t *testing.T) {
	items := make([]int, 100)
	var mu sync.Mutex
	at, most := 0, 0
	both := make(chan struct{}) // two calls meet here: they run at once
	each(t.Context(), 2, items, func(i int, _ int) {
		mu.Lock()
		at++
		most = max(most, at)
		mu.Unlock()
		items[i]++
		select {
		case both <- struct{}{}:
		case <-both:
		}
		mu.Lock()
		at--
		mu.Unlock()
	})
	for i, n := range items {
		if n != 1 {
			t.Errorf("item %d: %d calls", i, n)
		}
	}
	if most != 2 {
		t.Errorf("%d calls at once, want 2", most)
	}
}

func TestEachStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	each(ctx, 1, make([]int, 100), func(int, int) {
		calls++
		cancel()
	})
	if calls != 1 {
		t.Errorf("%d calls, want 1: the context ended during the first", calls)
	}
	each(ctx, 100, make([]int, 100), func(int, int) { t.Error("a call after the end of the context") })
}

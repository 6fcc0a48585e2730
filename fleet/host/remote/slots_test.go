package remote

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestSlotsBound(t *testing.T) {
	s := newSlots(3)
	var now, most atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := s.acquire(t.Context()); err != nil {
				t.Error(err)
				return
			}
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			now.Add(-1)
			s.release()
		})
	}
	all.Wait()
	if most.Load() > 3 || s.used != 0 || len(s.waiting) != 0 {
		t.Errorf("%d at once, then %d used", most.Load(), s.used)
	}
}

func TestSlotsCancel(t *testing.T) {
	s := newSlots(1)
	if err := s.acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error)
	go func() { got <- s.acquire(ctx) }()
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.release()
	if err := s.acquire(t.Context()); err != nil || s.used != 1 {
		t.Errorf("%v, %d used", err, s.used)
	}
}

func TestSlotsShrink(t *testing.T) {
	s := newSlots(8)
	for range 3 {
		if err := s.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !s.refused() || s.limit != 2 || s.used != 2 {
		t.Errorf("limit %d, used %d", s.limit, s.used)
	}
	s.release()
	if s.refused() || s.used != 0 {
		t.Error("waits although nobody will wake it")
	}
}

package cli

import "testing"

func TestLatePercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 700}, {4 << 20, 700}, {8 << 20, 300}, {16 << 20, 100}, {1 << 30, 100}} {
		if got := latePercent(c.live); got != c.want {
			t.Errorf("%d live: %d %%, want %d %%", c.live, got, c.want)
		}
	}
}

package deploy

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// copies are those that go on.
type copies struct {
	mu     sync.Mutex
	living map[string]bool // by name
}

// begin notes a copy that begins until end is called, and returns what sets the
// script's console, its own name and those of all that go on.
func (d *Deployer) begin() (script string, end func(), err error) {
	if d.o.Console == nil {
		return "", func() {}, nil
	}
	c := &d.copies
	c.mu.Lock()
	defer c.mu.Unlock()
	console, err := d.o.Console()
	if err != nil {
		return "", nil, err
	}
	name := rand.Text()
	script = fmt.Sprintf("console=%s copy=%s living='%s'\n", console, name, strings.Join(slices.Sorted(maps.Keys(c.living)), " "))
	if c.living == nil {
		c.living = map[string]bool{}
	}
	c.living[name] = true
	return script, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.living, name)
	}, nil
}

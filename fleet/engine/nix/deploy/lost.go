package deploy

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// copies are those that a Deployer makes, by numbers from 1.
type copies struct {
	mu     sync.Mutex
	name   string // of the Deployer, which no other one has
	last   int
	living map[int]bool // go on
}

// begin counts a copy, which goes on until end is called, and returns what
// tells end_lost of it.
func (c *copies) begin(console string) (script string, end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.name == "" {
		c.name, c.living = rand.Text(), map[int]bool{}
	}
	c.last++
	number := c.last
	var words strings.Builder
	fmt.Fprintf(&words, "%s %d", c.name, number)
	for _, other := range slices.Sorted(maps.Keys(c.living)) {
		fmt.Fprintf(&words, " %d", other)
	}
	c.living[number] = true
	return fmt.Sprintf("console=%s copies='%s'\n", console, &words), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.living, number)
	}
}

// noCopies tells the script that nothing is noted.
const noCopies = "console=\n"

// noted begins a copy under the console's name, if there is one.
func (d *Deployer) noted() (script string, end func(), err error) {
	if d.o.Console == nil {
		return noCopies, func() {}, nil
	}
	console, err := d.o.Console()
	if err != nil {
		return "", nil, err
	}
	script, end = d.copies.begin(console)
	return script, end, nil
}

package ui

import "sync/atomic"

// counter counts what others have done, for the tick to look at.
type counter struct{ n atomic.Int64 }

func (c *counter) add()     { c.n.Add(1) }
func (c *counter) now() int { return int(c.n.Load()) }

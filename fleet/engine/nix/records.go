package nix

import (
	"path"
	"slices"

	"assay/fleet/engine"
)

var _ engine.Recorder = (*Engine)(nil)

// Recorded returns what was kept of a system that was built here. A store path
// never changes what it is, so that this does not grow old.
func (e *Engine) Recorded(system string) (record engine.Record, ok bool) {
	ok = e.cache.get("record", path.Base(system), &record)
	return record, ok
}

// remember keeps the record of a system that is in the store here, unless
// something could not be read.
func (e *Engine) remember(system string, record engine.Record) {
	if slices.ContainsFunc(record.LeftOut, func(l engine.LeftOut) bool { return l.What == "/etc" }) {
		return
	}
	if !e.cache.has("record", path.Base(system)) {
		e.cache.put("record", path.Base(system), record)
	}
}

package machines

import (
	"fmt"
	"strconv"

	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// failedCell is how many units have failed.
func failedCell(v *View, r row) widget.Span {
	switch u := r.host.Facts.Units; {
	case u == nil:
		return v.text("")
	case u.Failed > 0:
		return widget.R(style.Fail, strconv.Itoa(u.Failed))
	}
	return widget.R(style.Muted, "0")
}

// diskCell is how much of /nix is used.
func diskCell(v *View, r row) widget.Span {
	s := r.host.Facts.Store
	text := fmt.Sprintf("%d%%", int(s.Used()*100))
	switch {
	case s.Total <= 0:
		return v.text("")
	case word.Full(s):
		return widget.R(style.Warn, text)
	}
	return widget.P(text)
}

// loadCell is the load over one minute.
func loadCell(v *View, r row) widget.Span {
	if len(r.host.Facts.Load) == 0 {
		return v.text("")
	}
	return widget.P(fmt.Sprintf("%.2f", r.host.Facts.Load[0]))
}

// revisionCell is the revision of the configuration that runs.
func revisionCell(v *View, r row) widget.Span {
	rev := r.host.Facts.Revision
	return v.text(rev[:min(len(rev), 8)])
}

func versionCell(v *View, r row) widget.Span { return v.text(r.host.Facts.Version) }

// byFailed has the machines with the most failed units first.
func byFailed(r row) key {
	if r.host.Facts.Units == nil {
		return key{}
	}
	return key{known: true, number: -int64(r.host.Facts.Units.Failed)}
}

// byDisk has the fullest first.
func byDisk(r row) key {
	s := r.host.Facts.Store
	return key{known: s.Total > 0, number: -int64(s.Used() * 1e6)}
}

// byLoad has the busiest first.
func byLoad(r row) key {
	if len(r.host.Facts.Load) == 0 {
		return key{}
	}
	return key{known: true, number: -int64(r.host.Facts.Load[0] * 100)}
}

func byRevision(r row) key { return byText(r.host.Facts.Revision) }
func byVersion(r row) key  { return byText(r.host.Facts.Version) }

package machines

import (
	"slices"

	"assay/fleet"
)

// marks are the marked machines, by name: they stay whatever is shown.
type marks struct {
	names map[string]bool
	last  string          // where a range begins; "" nowhere
	done  map[string]bool // ids of runs that are over and were looked at
}

// toggle marks a machine, or takes its mark away.
func (m *marks) toggle(name string) {
	if m.names[name] {
		delete(m.names, name)
		m.last = ""
		return
	}
	m.names[name] = true
	m.last = name
}

// add marks machines.
func (m *marks) add(rows []row) {
	for _, r := range rows {
		m.names[r.machine.Name] = true
	}
}

// none takes all marks away.
func (m *marks) none() {
	clear(m.names)
	m.last = ""
}

// keep forgets marks of machines that the fleet no longer has.
func (m *marks) keep(f *fleet.Fleet) {
	for name := range m.names {
		if f.Machine(name) == nil {
			delete(m.names, name)
		}
	}
}

// dropDone takes away the marks of the machines that came well out of a run of
// this program, once when it is over: what is marked then is still to be done.
func (v *View) dropDone() {
	for id, run := range v.env.Known.Open {
		if !run.Mine || !run.Over || run.State == nil || v.marks.done[id] {
			continue
		}
		v.marks.done[id] = true
		if len(v.marks.names) == 0 {
			continue
		}
		for _, m := range run.State.Snapshot().Machines {
			if m.Result != nil && m.Result.Outcome.Good() {
				delete(v.marks.names, m.Name)
			}
		}
	}
}

// reach is the rows from the last mark to the cursor, both included.
func (v *View) reach() []row {
	cursor, _ := v.table.Cursor()
	from := slices.IndexFunc(v.content.rows, func(r row) bool { return r.machine.Name == v.marks.last })
	if cursor < 0 || from < 0 {
		return nil
	}
	return v.content.rows[min(from, cursor) : max(from, cursor)+1]
}

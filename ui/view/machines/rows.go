package machines

import (
	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// row is a machine in the table.
type row struct {
	machine *fleet.Machine
	host    *known.Host
	rank    int // of its state, the worst first
	name    int // the place of its name in the natural order, from 1
}

func (r row) remark() string { return word.Terse(r.machine.Name, word.Remark(r.host.Status)) }

// content is what the table shows, and what that was made of.
type content struct {
	stamp  stamp
	made   bool
	found  found
	rows   []row
	counts []int // machines that the filter lets through, by rank
	marked int   // how many of the rows are marked
	asked  asked
}

// stamp is everything that the rows depend on.
type stamp struct {
	revision uint64
	fleet    *fleet.Fleet
	filter   string
	state    string
	column   string
	reverse  bool
}

// states are the words that a state can be, in the order of the table: what is
// wrong, then what nobody knows yet, then what is well and what nobody reaches.
var states = append(worse(), "asking", "not asked", string(session.StateCurrent), word.NoTarget)

func worse() (out []string) {
	for _, s := range session.States() {
		if s != session.StateCurrent {
			out = append(out, string(s))
		}
	}
	return out
}

// ranks are the places of the states.
var ranks = func() map[string]int {
	out := map[string]int{}
	for i, s := range states {
		out[s] = i
	}
	return out
}()

// sync makes the rows anew if anything that they depend on has changed.
func (v *View) sync() {
	k, c := v.env.Known, &v.content
	v.settle()
	was, now := c.stamp, stamp{revision: k.Revision, fleet: k.Fleet, filter: v.filter.applied, state: v.state}
	now.column, now.reverse = v.table.Sort()
	if c.made && was == now {
		return
	}
	if was.fleet != now.fleet {
		v.marks.keep(k.Fleet)
	}
	if !c.made || was.fleet != now.fleet || was.filter != now.filter || v.filter.asksFacts() {
		c.found = v.find()
	}
	c.stamp, c.made = now, true
	v.choose()
	v.sort()
	v.recount()
	v.show(was.filter != now.filter || was.state != now.state)
}

// settle takes up what has happened since: it forgets marks that a run has
// dealt with, and puts problems first once every host has answered. Until then
// the order is by name, so that no row moves while somebody reads.
func (v *View) settle() {
	k, c := v.env.Known, &v.content
	if c.made && c.stamp.revision == k.Revision {
		return
	}
	v.dropDone()
	c.asked = survey(k)
	if !v.settled && c.asked.first == 0 && !c.asked.newest.IsZero() {
		v.settled = true
		v.table.Do(action.Intent{ID: action.SortBy, Arg: "state"})
	}
}

// show gives the rows to the table. The cursor stays on its machine; where a
// new filter hides that, and before anybody moved it while hosts answer for
// the first time, it is on the first row.
func (v *View) show(refiltered bool) {
	_, before := v.table.Cursor()
	v.table.SetRows(list{v})
	_, after := v.table.Cursor()
	if len(v.content.rows) > 0 && (!v.touched || refiltered && before != after) {
		v.table.Select(v.content.rows[0].machine.Name)
	}
	v.touched = v.touched || v.settled
}

// choose makes the rows of what the filter found and the chosen state allows,
// and counts the states.
func (v *View) choose() {
	c, k := &v.content, v.env.Known
	c.rows = c.rows[:0]
	c.counts = make([]int, len(states))
	for _, place := range c.found.places {
		m := &k.Fleet.Machines[place]
		host := k.Hosts[m.Name]
		if host == nil {
			host = &known.Host{}
		}
		state := view.StateWord(host)
		rank, ok := ranks[state]
		if !ok {
			rank = ranks[string(session.StateUnknown)]
		}
		c.counts[rank]++
		if v.state == "" || v.state == states[rank] {
			c.rows = append(c.rows, row{m, host, rank, v.places.rank[place] + 1})
		}
	}
}

// recount counts the marks among the rows.
func (v *View) recount() {
	v.content.marked = 0
	if len(v.marks.names) == 0 {
		return
	}
	for _, r := range v.content.rows {
		if v.marks.names[r.machine.Name] {
			v.content.marked++
		}
	}
}

// under is the row under the cursor.
func (v *View) under() (row, bool) {
	v.sync()
	i, _ := v.table.Cursor()
	if i < 0 || i >= len(v.content.rows) {
		return row{}, false
	}
	return v.content.rows[i], true
}

// list is the rows as the table asks for them.
type list struct{ v *View }

func (l list) Len() int          { return len(l.v.content.rows) }
func (l list) ID(i int) string   { return l.v.content.rows[i].machine.Name }
func (l list) Marked(i int) bool { return l.v.marks.names[l.ID(i)] }

func (l list) Cell(i int, id string) widget.Span {
	c := columnOf(id)
	if c == nil {
		return widget.Span{}
	}
	return c.cell(l.v, l.v.content.rows[i])
}

package machines

import (
	"cmp"
	"slices"

	"assay/fleet"
)

// key is what a row is sorted by. Rows without one come last in both
// directions.
type key struct {
	known  bool
	number int64
	text   string
}

func byText(s string) key  { return key{known: s != "", text: s} }
func byNumber(n int64) key { return key{known: n != 0, number: n} }

func byState(r row) key   { return key{known: true, number: int64(r.rank)} }
func byName(r row) key    { return byNumber(int64(r.name)) }
func byRemark(r row) key  { return byText(r.remark()) }
func byClass(r row) key   { return byText(string(r.machine.Class)) }
func bySystem(r row) key  { return byText(r.machine.System) }
func byType(r row) key    { return byText(r.machine.Type) }
func byUser(r row) key    { return byText(r.machine.User) }
func byRunning(r row) key { return byText(r.host.Facts.Running) }
func byBooted(r row) key  { return byText(r.host.Facts.Booted) }
func byProfile(r row) key { return byText(r.host.Facts.Profile) }
func byWanted(r row) key  { return byText(r.host.Wanted) }
func byGen(r row) key     { return byNumber(int64(r.host.Facts.Generation)) }
func byUptime(r row) key  { return byNumber(int64(r.host.Facts.Uptime)) }
func byTags(r row) key    { return byText(tags(r.machine)) }
func byKernel(r row) key  { return byText(r.host.Facts.Kernel) }

// byReboot has the machines that need one first.
func byReboot(r row) key {
	reboot := r.host.Facts.Reboot()
	return key{known: reboot != fleet.Unknown, number: -int64(reboot)}
}

// bySeen has the newest answer first, as the ages say it.
func bySeen(r row) key {
	if r.host.Asked.IsZero() {
		return key{}
	}
	return byNumber(-r.host.Asked.UnixNano())
}

func (k key) compare(o key) int {
	if k.number != o.number {
		return cmp.Compare(k.number, o.number)
	}
	return cmp.Compare(k.text, o.text)
}

// sort puts the rows in order; rows that are equal stay in the order of their
// names, also when it is reversed.
func (v *View) sort() {
	id, reverse := v.content.stamp.column, v.content.stamp.reverse
	c := columnOf(id)
	if c == nil {
		c = columnOf("state")
	}
	if c.ID == "state" {
		v.byRank(reverse)
	} else {
		v.byKey(c, reverse)
	}
	v.content.rows, v.sorting.rows = v.sorting.rows, v.content.rows
}

// byRank sorts by states: there are few, and this is the order that thousands
// of machines are put in while they answer.
func (v *View) byRank(reverse bool) {
	v.sorting.rows = v.sorting.rows[:0]
	for rank := range states {
		if reverse {
			rank = len(states) - 1 - rank
		}
		if v.content.counts[rank] == 0 {
			continue
		}
		for _, r := range v.content.rows {
			if r.rank == rank {
				v.sorting.rows = append(v.sorting.rows, r)
			}
		}
	}
}

func (v *View) byKey(c *column, reverse bool) {
	rows := v.content.rows
	v.sorting.order = v.sorting.order[:0]
	for i, r := range rows {
		v.sorting.order = append(v.sorting.order, keyed{c.key(r), i})
	}
	slices.SortFunc(v.sorting.order, func(a, b keyed) int {
		if a.known != b.known {
			if a.known {
				return -1
			}
			return 1
		}
		before := a.compare(b.key)
		switch {
		case before == 0:
			return a.at - b.at // they came by name
		case reverse:
			return -before
		}
		return before
	})
	v.sorting.rows = v.sorting.rows[:0]
	for _, p := range v.sorting.order {
		v.sorting.rows = append(v.sorting.rows, rows[p.at])
	}
}

// sorting is the room to sort in, kept from one time to the next: with
// thousands of machines it is much.
type sorting struct {
	order []keyed
	rows  []row
}

// keyed is where a row was before sorting, and what it is sorted by.
type keyed struct {
	key
	at int
}

package plan

import "crypto/sha256"

// omits gathers the lists of what is left out: most hosts of a fleet share
// theirs with others.
type omits struct {
	lists [][]LeftOut
	byKey map[[32]byte]int
}

// add returns the index of the list, -1 for nil.
func (o *omits) add(list []LeftOut) int {
	if list == nil {
		return -1
	}
	if o.byKey == nil {
		o.byKey = map[[32]byte]int{}
	}
	key := sha256.Sum256(encode(list))
	i, ok := o.byKey[key]
	if !ok {
		i = len(o.lists)
		o.byKey[key] = i
		o.lists = append(o.lists, list)
	}
	return i
}

// number returns the lists in the order in which the hosts name them, and
// changes the hosts' indices to it.
func (o *omits) number(hosts []Entry) [][]LeftOut {
	lists := make([][]LeftOut, 0, len(o.lists))
	moved := make(map[int]int, len(o.lists))
	for i := range hosts {
		old := hosts[i].LeftOut
		if old < 0 {
			continue
		}
		if _, ok := moved[old]; !ok {
			moved[old] = len(lists)
			lists = append(lists, o.lists[old])
		}
		hosts[i].LeftOut = moved[old]
	}
	return lists
}

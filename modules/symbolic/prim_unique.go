package symbolic

// scalar is a known string or integer as a map's key, or nil.
func scalar(v Value) any {
	switch v := v.(type) {
	case Int:
		return v.N
	case *String:
		if s, ok := v.Text(); ok {
			return s
		}
	}
	return nil
}

func primUnique(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	out := &List{Place: at}
	seen, simple := map[any]bool{}, true // as long as all elements are strings or integers
	for _, item := range l.Items {
		key := scalar(ev.force(item.V))
		if simple = simple && key != nil; simple {
			if !seen[key] {
				seen[key] = true
				out.Items = append(out.Items, item)
			}
			continue
		}
		found := no
		for _, kept := range out.Items {
			if found = ev.equal(kept.V.Force(), item.V.Force(), 0); found != no {
				break
			}
		}
		switch found {
		case unsure:
			return nil
		case no:
			out.Items = append(out.Items, item)
		}
	}
	return out
}

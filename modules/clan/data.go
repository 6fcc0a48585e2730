package clan

import (
	"assay/modules/symbolic"
)

// data turns a value into data as JSON has it; a part that is not known is an
// Unknown. A list of which nobody knows the length is one as a whole.
func data(v symbolic.Value) any {
	left := maxSettings
	return read(v, 0, &left)
}

func read(v symbolic.Value, depth int, left *int) any {
	at := v.Where().Pos()
	if *left--; *left < 0 || depth > maxNesting {
		return Unknown{"the value is too large", at}
	}
	switch v := v.(type) {
	case symbolic.Null:
		return nil
	case symbolic.Bool:
		return v.B
	case symbolic.Int:
		return v.N
	case symbolic.Float:
		return v.F
	case *symbolic.String:
		if s, ok := v.Text(); ok {
			return s
		}
		return Unknown{"a part of it is not known: " + partWhy(v), at}
	case *symbolic.List:
		out := make([]any, 0, len(v.Items))
		for _, item := range v.Items {
			e := item.V.Force()
			if item.Rest {
				return Unknown{"its elements are not all known: " + symbolic.Why(e), at}
			}
			out = append(out, read(e, depth+1, left))
		}
		return out
	case *symbolic.Attrs:
		return readSet(v, depth, left)
	case *symbolic.Path:
		return Unknown{"a path becomes a path of the store", at}
	case *symbolic.Wrap:
		return Unknown{"it has a property of the module system", at}
	}
	return Unknown{orElse(symbolic.Why(v), "it is no plain value"), at}
}

func readSet(set *symbolic.Attrs, depth int, left *int) any {
	at := set.Where().Pos()
	if len(set.Rest) > 0 {
		return Unknown{"it may have more attributes: " + symbolic.Why(set.Rest[0]), at}
	}
	out := make(map[string]any, set.Len())
	for _, name := range set.Names() {
		a := set.Attr(name)
		if len(a.Maybe) > 0 {
			out[name] = Unknown{"it may be replaced: " + symbolic.Why(a.Maybe[0]), a.At.Pos()}
			continue
		}
		out[name] = read(a.V.Force(), depth+1, left)
	}
	return out
}

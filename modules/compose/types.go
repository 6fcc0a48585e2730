package compose

import (
	"fmt"
	"reflect"
	"strings"

	"assay/fleet"
)

// mergeAs merges definitions of one priority by the rule of the option's type.
func mergeAs(typ string, in []candidate) Merged {
	for _, c := range in {
		if !c.value.Known && !(c.elems != nil && isList(typ)) {
			return open("%s: %s", c.at, c.value.Why)
		}
	}
	if of, ok := strings.CutPrefix(typ, "nullOr "); ok {
		return mergeNull(of, in)
	}
	if isList(typ) {
		return mergeLists(in)
	}
	switch typ {
	case "bool", "int", "str", "port", "enum", "path", "float", "number":
		return mergeEqual(in)
	case "lines":
		return mergeLines(in)
	case "package":
		return mergeOne(in)
	case settings, "anything":
		return mergeAny(in)
	case "":
		return open("the type of the option is not in the table")
	}
	return open("the type %s is not one that is merged here", typ)
}

func isList(typ string) bool { return strings.HasPrefix(typ, "listOf ") }

func winner(in []candidate) int {
	if len(in) == 1 {
		return in[0].index
	}
	return -1
}

func known(in []candidate, data any, text string) Merged {
	v := Value{Known: true, Data: data, Text: text}
	if len(in) == 1 {
		v.At = in[0].value.At
	}
	return Merged{State: Known, Value: v, Winner: winner(in)}
}

// conflict names two definitions by place, so that it is the same on every
// machine that has both.
func conflict(a, b candidate, why string) Merged {
	if fleet.ComparePos(b.at, a.at) < 0 {
		a, b = b, a
	}
	return Merged{State: Conflict, Winner: -1, Value: Value{At: a.at},
		Reason: fmt.Sprintf("%s at %s (aspect %s) and %s at %s (aspect %s), both with priority %d: %s",
			clip(a.value.Text), a.at, a.aspect, clip(b.value.Text), b.at, b.aspect, a.priority, why)}
}

// mergeNull is nullOr: all null, or none.
func mergeNull(of string, in []candidate) Merged {
	for _, c := range in {
		if (c.value.Data == nil) != (in[0].value.Data == nil) {
			return conflict(in[0], c, "one is null and the other is not")
		}
	}
	if in[0].value.Data == nil {
		return known(in, nil, "null")
	}
	return mergeAs(of, in)
}

// mergeEqual is for scalars: all definitions must be equal.
func mergeEqual(in []candidate) Merged {
	for _, c := range in[1:] {
		if !reflect.DeepEqual(c.value.Data, in[0].value.Data) {
			return conflict(in[0], c, "the option takes one value")
		}
	}
	return known(in, in[0].value.Data, in[0].value.Text)
}

// mergeOne is for types that take one definition, even if they are equal.
func mergeOne(in []candidate) Merged {
	if len(in) > 1 {
		return conflict(in[0], in[1], "the option takes one definition")
	}
	return known(in, in[0].value.Data, in[0].value.Text)
}

// mergeLines joins with line feeds.
func mergeLines(in []candidate) Merged {
	parts := make([]string, len(in))
	for i, c := range in {
		s, ok := c.value.Data.(string)
		if !ok {
			return open("%s: it is not a string", c.at)
		}
		parts[i] = s
	}
	text := strings.Join(parts, "\n")
	return known(in, text, Render(text))
}

// mergeAny is for values of several types. One definition stands; equal
// scalars do too, and others clash in every type that there is for them. How
// lists and sets merge depends on the type, which the table does not tell.
func mergeAny(in []candidate) Merged {
	if len(in) == 1 {
		return known(in, in[0].value.Data, in[0].value.Text)
	}
	for _, c := range in {
		switch c.value.Data.(type) {
		case []any, map[string]any:
			return open("several definitions that are not scalars, and the type of the option is not in the table")
		case PackageRef:
			return open("several packages, and the type of the option is not in the table")
		}
	}
	return mergeEqual(in)
}

// mergeLists concatenates.
func mergeLists(in []candidate) Merged {
	data := []any{}
	var words []string
	var unknown *Value
	for _, c := range in {
		if c.elems == nil {
			if _, ok := c.value.Data.([]any); !ok {
				return open("%s: it is not a list", c.at)
			}
		}
		for i := range c.elems {
			e := &c.elems[i]
			if !e.Known && unknown == nil {
				unknown = e
			}
			data = append(data, e.Data)
			words = append(words, element(e.Text))
		}
	}
	text := "[ " + strings.Join(append(words, "]"), " ")
	if unknown == nil {
		return known(in, data, text)
	}
	m := open("%s: %s", unknown.At, unknown.Why)
	m.Value = Value{Text: text, Why: unknown.Why, At: unknown.At}
	m.Winner = winner(in)
	return m
}

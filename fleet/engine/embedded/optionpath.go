package embedded

import "strings"

// splitPath splits an option path into its attribute names. A name that is
// quoted, as in environment.etc."ssh/banner".text, may hold dots. It reports
// false for a path that is not well formed.
func splitPath(p string) ([]string, bool) {
	var names []string
	for {
		name, rest, ok := cutName(p)
		if !ok {
			return nil, false
		}
		names = append(names, name)
		if rest == "" {
			return names, true
		}
		if rest[0] != '.' {
			return nil, false
		}
		p = rest[1:]
	}
}

// cutName takes the first attribute name off p.
func cutName(p string) (name, rest string, ok bool) {
	if !strings.HasPrefix(p, `"`) {
		end := strings.IndexByte(p, '.')
		if end < 0 {
			end = len(p)
		}
		return p[:end], p[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(p); i++ {
		switch p[i] {
		case '"':
			return b.String(), p[i+1:], true
		case '\\':
			i++
			if i == len(p) {
				return "", "", false
			}
			b.WriteByte(p[i])
		default:
			b.WriteByte(p[i])
		}
	}
	return "", "", false
}

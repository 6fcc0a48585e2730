package term

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many columns a clean text takes, also after it was painted.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			w++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < ' ' { // painted
			return w + ansi.StringWidthWc(s[i:])
		}
		w += wide(r, s[i:i+size])
		i += size
	}
	return w
}

// Cut returns what of a clean text fits w columns, with the ellipsis, if that
// fits, where something is missing. A wide character that only half fits is
// left out, so the result may be a column narrower.
func Cut(s string, w int, ellipsis string) string {
	if w <= 0 {
		return ""
	}
	room := w - Width(ellipsis)
	if room < 0 {
		room, ellipsis = w, ""
	}
	keep, shown := 0, 0
	for at := 0; at < len(s); {
		n, more := next(s[at:])
		if shown += more; shown > w {
			return s[:keep] + ellipsis
		}
		at += n
		if shown <= room {
			keep = at
		}
	}
	return s
}

// Skip returns a clean text without its first n columns. What remains of a
// wide character that loses its first half is a space.
func Skip(s string, n int) string {
	n = max(n, 0)
	skipped := 0
	for at := 0; at < len(s); {
		if skipped >= n {
			return strings.Repeat(" ", skipped-n) + s[at:]
		}
		size, more := next(s[at:])
		skipped += more
		at += size
	}
	return strings.Repeat(" ", max(skipped-n, 0))
}

// next returns how many bytes and columns the first character of a clean text
// has: a code point and the marks on it. What some scripts join to more than
// that is several, as it is for most terminals, so that no character is wider
// than two columns.
func next(s string) (size, columns int) {
	if s[0] >= ' ' && s[0] < 0x7f && (len(s) == 1 || s[1] < 0x80) {
		return 1, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	columns = wide(r, s[:size])
	for size < len(s) && s[size] >= 0x80 {
		mark, n := utf8.DecodeRuneInString(s[size:])
		if wide(mark, s[size:size+n]) > 0 {
			break
		}
		size += n
	}
	return size, columns
}

// wide returns how many columns r takes, which is s.
func wide(r rune, s string) int {
	if n := columns(r); n > 0 {
		return n
	}
	return ansi.StringWidthWc(s)
}

// columns returns how many columns r takes, for the most usual characters:
// those that every terminal draws equally wide, and that do not join each
// other. Of all others it says 0, and the library has to be asked.
func columns(r rune) int {
	switch {
	case r < 0x300: // ASCII, Latin
		return one(r >= ' ' && r < 0x7f || r >= 0xa0 && r != 0xad)
	case r < 0x2000:
		return one(r >= 0x400 && r < 0x483) // Cyrillic
	case r < 0x3041: // what programs draw with
		return one(r >= 0x2010 && r <= 0x2027 || r >= 0x2190 && r <= 0x22ff || r >= 0x2500 && r <= 0x25fc ||
			r == 0x20ac || r >= 0x2713 && r <= 0x2718 || r >= 0x2800 && r <= 0x28ff)
	case r <= 0x3096, r >= 0x30a1 && r <= 0x30fa, r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3:
		return 2 // Kana, Han, Hangul
	}
	return 0
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

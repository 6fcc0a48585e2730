package fleetfile

import (
	"slices"
	"strings"
)

// comment is one comment of a line, from its sign to the line's end, as
// offsets in bytes.
type comment struct{ start, end int }

// entryComment is what the comments at a header say, without their signs: the
// lines right above it, without an empty line between them, the one beside
// it, and those right below it. The header ends at pos and begins at start.
func (s *scanner) entryComment(start int, above []comment) string {
	lines := s.attached(start, above)
	end := s.pos
	for {
		rest := s.src[end:]
		text := strings.TrimLeft(rest, " \t\r")
		if strings.HasPrefix(text, "\n") && end == s.pos { // nothing beside it
			text = strings.TrimLeft(text[1:], " \t")
		}
		if !strings.HasPrefix(text, "#") {
			return strings.Join(lines, "\n")
		}
		line, after, _ := strings.Cut(text, "\n")
		lines = append(lines, bare(line))
		end = len(s.src) - len(after)
	}
}

// attached are the comments that stand alone in the lines right before at.
func (s *scanner) attached(at int, all []comment) []string {
	var lines []string
	for _, c := range slices.Backward(all) {
		if strings.Trim(s.src[c.end:at], " \t\r") != "\n" || !s.alone(c.start) {
			break
		}
		lines, at = append(lines, bare(s.src[c.start:c.end])), c.start
	}
	slices.Reverse(lines)
	return lines
}

// alone reports whether only white space is before an offset in its line.
func (s *scanner) alone(at int) bool {
	line := s.src[strings.LastIndexByte(s.src[:at], '\n')+1 : at]
	return strings.Trim(line, " \t\ufeff") == ""
}

// bare is a comment without its signs.
func bare(c string) string { return strings.TrimSpace(strings.TrimLeft(c, "#")) }

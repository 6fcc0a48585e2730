package dialog

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"assay/ui/term"
)

// Over draws a box above the middle of a frame, which is h lines of w columns
// then, whatever it was before.
func Over(frame string, box []string, w, h int) string {
	if h <= 0 {
		return ""
	}
	wide := min(width(box), max(w, 0))
	x, y := Place(box, w, h)
	behind := strings.Split(frame, "\n")
	out := make([]string, h)
	for i := range out {
		line := ""
		if i < len(behind) {
			line = behind[i]
		}
		if i < y || i >= y+len(box) {
			out[i] = exactly(line, w)
			continue
		}
		out[i] = exactly(line, x) + exactly(box[i-y], wide) + after(line, x+wide, w)
	}
	return strings.Join(out, "\n")
}

// Place is where Over puts the box on a screen.
func Place(box []string, w, h int) (x, y int) {
	return max((w-width(box))/2, 0), max((h-len(box))/2, 0)
}

func width(box []string) int {
	wide := 0
	for _, line := range box {
		wide = max(wide, term.Width(line))
	}
	return wide
}

// exactly returns the first w columns of a line that may be painted, filled
// with spaces. Where a line is cut its characters are counted one by one, and
// of those that join others the sum is not always the whole: then less of the
// line has to do.
func exactly(line string, w int) string {
	w = max(w, 0)
	cut := line
	for n := w; term.Width(cut) > w; n-- {
		cut = ansi.TruncateWc(line, n, "")
	}
	return cut + blank(w-term.Width(cut))
}

// after returns the columns of a line from x to w. Of a wide character that
// stands across x a space is left.
func after(line string, x, w int) string {
	if x >= w {
		return ""
	}
	line = exactly(line, w)
	rest := line
	for n := x; term.Width(rest) > w-x && n <= w; n++ {
		rest = ansi.TruncateLeftWc(line, n, "")
	}
	return blank(w-x-term.Width(rest)) + exactly(rest, min(term.Width(rest), w-x))
}

func blank(n int) string { return strings.Repeat(" ", max(n, 0)) }

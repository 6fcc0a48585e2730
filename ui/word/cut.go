package word

// Ellipsis stands for what was cut, where the terminal can show it.
const Ellipsis = "…"

// Short cuts a text to at most n runes. The ellipsis is one rune.
func Short(text string, n int, ellipsis string) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + ellipsis
}

// Apart cuts two texts so that both, with " -> " between them, take at most so
// many runes and the first difference can be seen.
func Apart(a, b string, room int, ellipsis string) (string, string) {
	x, y := []rune(a), []rune(b)
	room -= len(" -> ")
	if len(x)+len(y) <= room {
		return a, b
	}
	same := 0
	for same < min(len(x), len(y)) && x[same] == y[same] {
		same++
	}
	left := max(room/2, 8)
	right := left
	switch { // what one does not need is the other's
	case len(x) < left:
		right = max(room-len(x), left)
	case len(y) < right:
		left = max(room-len(y), right)
	}
	return window(x, same, left, ellipsis), window(y, same, right, ellipsis)
}

// window is so many runes of a text, those around a place.
func window(text []rune, place, n int, ellipsis string) string {
	if len(text) <= n {
		return string(text)
	}
	start := max(0, place-n/4)
	if start <= 1 {
		return string(text[:n-1]) + ellipsis
	}
	if start+n-1 >= len(text) {
		return ellipsis + string(text[len(text)-n+1:])
	}
	return ellipsis + string(text[start:start+n-2]) + ellipsis
}

package word

// Short cuts a text to at most n runes.
func Short(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

// Apart cuts two texts so that both, with " -> " between them, take at most so
// many runes and the first difference can be seen.
func Apart(a, b string, room int) (string, string) {
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
	return window(x, same, left), window(y, same, right)
}

// window is so many runes of a text, those around a place.
func window(text []rune, place, n int) string {
	if len(text) <= n {
		return string(text)
	}
	start := max(0, place-n/4)
	if start <= 1 {
		return string(text[:n-1]) + "…"
	}
	if start+n-1 >= len(text) {
		return "…" + string(text[len(text)-n+1:])
	}
	return "…" + string(text[start:start+n-2]) + "…"
}

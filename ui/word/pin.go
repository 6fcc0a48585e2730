package word

import (
	"strings"

	"assay/fleet/session"
)

// Pin says what an input is held to: "1a2b3c4 of 2026-11-20 14:05"; of what has
// no revision, the beginning of the hash of its content.
func Pin(p session.Pin) string {
	text := p.Revision[:min(len(p.Revision), 7)]
	if text == "" {
		text = p.Hash[:min(len(p.Hash), len("sha256-")+8)]
	}
	if !p.At.IsZero() {
		text = strings.TrimSpace(text + " of " + p.At.Local().Format("2006-01-02 15:04"))
	}
	return OrUnknown(text)
}

// Move says from where to where an input goes, with the time between where
// both are known.
func Move(from, to session.Pin) string {
	text := Pin(from) + " -> " + Pin(to)
	if from.At.IsZero() || to.At.IsZero() || from.At.Equal(to.At) {
		return text
	}
	if d := to.At.Sub(from.At); d < 0 {
		return text + ", " + Age(-d) + " older"
	}
	return text + ", " + Age(to.At.Sub(from.At)) + " newer"
}

package term

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"

	"assay/fleet/host"
)

// ClipboardMax is how many bytes can be copied: with more, the sequence would
// be longer than the 100,000 bytes that many terminals take.
const ClipboardMax = 74_994

// Clipboard returns what to write to the terminal for it to put text into the
// clipboard of whoever sits in front of it: OSC 52, which goes through SSH.
// The environment says whether tmux or screen stand between. Whether the
// terminal does it nobody learns: many ask first, or have it turned off.
//
// What steers terminals is left out of the text, as it will be pasted into
// one. Newlines and tabs stay.
func Clipboard(text string, getenv func(string) string) (string, error) {
	text = host.Sanitize(text)
	if text == "" {
		return "", errors.New("there is nothing to copy")
	}
	if len(text) > ClipboardMax {
		return "", fmt.Errorf("%d bytes are too many to copy: terminals take %d; hint: copy less of it", len(text), ClipboardMax)
	}
	copied, name := osc52.New(text), getenv("TERM")
	switch {
	case name == "dumb" || name == "linux" || name == "":
		return "", fmt.Errorf("this terminal has no clipboard (TERM is %q); hint: use assay in another one", name)
	case getenv("TMUX") != "" || strings.HasPrefix(name, "tmux"):
		// tmux takes the first with set-clipboard on, and hands the second
		// on with allow-passthrough on; it drops the other one.
		return copied.String() + copied.Tmux().String(), nil
	case getenv("STY") != "" || strings.HasPrefix(name, "screen"):
		// screen would print what is too long for it, so it gets pieces only.
		return copied.Screen().String(), nil
	}
	return copied.String(), nil
}

package checkout

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// said names what was said of a text: git's name of it, and the path.
type said struct{ blob, path string }

// readSaid reads what is kept in a file: BLOB, PATH and what was said, each
// followed by a zero byte. What cannot be read is not known.
func readSaid(file string) map[said]string {
	known := map[said]string{}
	text, err := os.ReadFile(file)
	if err != nil {
		return known
	}
	fields := strings.Split(string(text), "\x00")
	for ; len(fields) > 3; fields = fields[3:] {
		known[said{fields[0], fields[1]}] = fields[2]
	}
	return known
}

// writeSaid keeps what is said of texts. Where that fails, git is asked again.
func writeSaid(file string, of []said, says map[said]string) {
	var text strings.Builder
	for _, k := range of {
		if !strings.Contains(says[k], "\x00") {
			text.WriteString(k.blob + "\x00" + k.path + "\x00" + says[k] + "\x00")
		}
	}
	if text.Len() <= maxKept && os.MkdirAll(filepath.Dir(file), 0o700) == nil {
		_ = renameio.WriteFile(file, []byte(text.String()), 0o600)
	}
}

package embedded

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"assay/fleet/engine"

	"github.com/nix-community/go-nix/pkg/nar"
)

// placed is one line of a generation's "links" file: a link inside of the
// generation, the object it points to, and where on the host a link to it is
// put. place is "" for links that stay inside of the generation.
type placed struct {
	source string // "home/cameron/.config/x"
	object string // base name in the store
	place  string // "home/cameron/.config/x", or "Users/..." on darwin; relative to the root
}

// target is the text of the link on the host. It goes by way of
// run/current-system, so that one rename changes all files at once.
func (p placed) target() string {
	return strings.Repeat("../", strings.Count(p.place, "/")) + "run/current-system/" + p.source
}

// formatLinks renders the "links" file: tab-separated source, object, target
// and place; the last two are absent for a link that stays inside.
func formatLinks(all []placed) []byte {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.source + "\t" + p.object)
		if p.place != "" {
			b.WriteString("\t" + p.target() + "\t" + p.place)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// references lists the store paths that a system in the store refers to, in
// their order, without the system itself.
func (s *store) references(system string) ([]string, error) {
	var refs []string
	_, _, err := readNar(s.file(system), func(h *nar.Header, r io.Reader) (err error) {
		if h.Path == "/links" {
			refs, err = parseLinks(r)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Base(system), err)
	}
	return refs, nil
}

// parseLinks gives the store paths that a "links" file names, in their order,
// each once.
func parseLinks(r io.Reader) ([]string, error) {
	var refs []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 2 {
			return nil, errors.New("links: a line without an object")
		}
		p := storeDir + "/" + fields[1]
		if err := engine.CheckPath(p); err != nil {
			return nil, fmt.Errorf("links: %w", err)
		}
		refs = append(refs, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}

package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/fleet/host"
)

// ErrUnsigned is returned for paths that a host would refuse; errors that wrap
// it say how many and what to do.
var ErrUnsigned = errors.New("the host takes only signed paths")

// prepare signs and makes sure that the host will take the paths. tops are
// those whose closures have all of them.
func (d *Deployer) prepare(ctx context.Context, conn host.Conn, paths, tops []string) (access, error) {
	if err := d.sign(ctx, tops); err != nil {
		return access{}, err
	}
	a, err := accessOf(ctx, conn)
	if err != nil || a.trusted {
		return a, err
	}
	infos, err := d.infos(ctx, tops)
	if err != nil {
		return access{}, err
	}
	wanted := make(map[string]bool, len(paths))
	for _, p := range paths {
		wanted[p] = true
	}
	var unsigned []string
	for _, info := range infos {
		if wanted[info.Path] && !addressed(info) && !a.keys.signs(info) {
			unsigned = append(unsigned, path.Base(info.Path))
		}
	}
	if len(unsigned) > 0 {
		return access{}, a.refuses(unsigned, len(paths))
	}
	return a, nil
}

// sign adds a signature to every path of the closures; those that are there
// stay. A closure is signed once, for however many hosts it is.
func (d *Deployer) sign(ctx context.Context, tops []string) error {
	if d.o.KeyFile == "" {
		return nil
	}
	d.signing.Lock()
	defer d.signing.Unlock()
	tops = slices.DeleteFunc(slices.Clone(tops), func(top string) bool { return d.signed[top] })
	if len(tops) == 0 {
		return nil
	}
	args := append([]string{"store", "sign", "--recursive", "--key-file", d.o.KeyFile}, tops...)
	if _, err := d.nix(ctx, nil, nil, args...); err != nil {
		return fmt.Errorf("sign with %s: %w", d.o.KeyFile, err)
	}
	for _, top := range tops {
		d.signed[top] = true
	}
	return nil
}

// shownPaths is how many paths an error names.
const shownPaths = 3

func (a access) refuses(unsigned []string, of int) error {
	slices.Sort(unsigned)
	first := strings.Join(unsigned[:min(shownPaths, len(unsigned))], ", ")
	if more := len(unsigned) - shownPaths; more > 0 {
		first += fmt.Sprintf(" and %d more", more)
	}
	known := "no key"
	if names := slices.Sorted(func(yield func(string) bool) {
		for name := range a.keys {
			if !yield(host.Sanitize(name)) {
				return
			}
		}
	}); len(names) > 0 {
		known = "none of " + strings.Join(names, ", ")
	}
	reason, hint, _ := strings.Cut(a.noRoot.Error(), "; hint: ")
	if !strings.HasPrefix(hint, "become = ") { // a way to root is set, and refused
		hint = cmp.Or(hint, "give the password on a terminal, or let the user become root without one")
		return fmt.Errorf("%s, and without it %w: its Nix does not trust the user %s, and %s has signed %d of the %d paths: %s; "+
			"hint: %s, or sign with a key of the host's trusted-public-keys",
			reason, ErrUnsigned, a.user, known, len(unsigned), of, first, hint)
	}
	return fmt.Errorf("%w: its Nix does not trust the user %s, and %s has signed %d of the %d paths: %s; "+
		"hint: sign with a key of the host's trusted-public-keys, or set become = \"sudo\" for the machine (now %s)",
		ErrUnsigned, a.user, known, len(unsigned), of, first, reason)
}

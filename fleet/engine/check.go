package engine

import (
	"fmt"
	"strings"

	"assay/fleet/host"
)

// mostGeneration is the largest number of a generation that a host may have.
const mostGeneration = 999_999_999

// Check refuses what no deployer does, before a host is asked: paths that are
// not in the store, a goal that the class does not have (ErrGoal), a name that
// is none. An empty ID is for deployers that have no use for it.
func (a Activation) Check() error {
	if err := CheckPath(a.System); err != nil {
		return err
	}
	if a.Expect != "" {
		if err := CheckPath(a.Expect); err != nil {
			return err
		}
	}
	switch {
	case a.Class != "nixos" && a.Class != "darwin":
		return fmt.Errorf("%w: class %q", ErrGoal, a.Class)
	case a.Goal == GoalBoot && a.Class == "darwin":
		return fmt.Errorf("%w: boot is for NixOS only; hint: --goal switch", ErrGoal)
	case a.Generation < 0 || a.Generation > mostGeneration:
		return fmt.Errorf("%d is not the number of a generation", a.Generation)
	case a.ID != "" && !validID(a.ID):
		return fmt.Errorf("%q is not the name of an activation", a.ID)
	}
	switch a.Goal {
	case GoalSwitch, GoalBoot, GoalTest, GoalDryActivate:
		return nil
	}
	return fmt.Errorf("%w: %q", ErrGoal, a.Goal)
}

// CheckPath accepts a plain store path, "/nix/store/<hash>-<name>": 32 digits of
// Nix's base 32, and a name of at most 211 bytes.
func CheckPath(p string) error {
	const digits, longest = 32, 211
	rest, ok := strings.CutPrefix(p, "/nix/store/")
	if ok = ok && len(rest) > digits+1 && len(rest) <= digits+1+longest && rest[digits] == '-'; ok {
		hash, name := rest[:digits], rest[digits+1:]
		ok = strings.Trim(hash, "0123456789abcdfghijklmnpqrsvwxyz") == "" && name[0] != '.' &&
			!strings.ContainsFunc(name, func(r rune) bool { return !letter(r) && !strings.ContainsRune("+-._?=", r) })
	}
	if !ok {
		return fmt.Errorf("%q is not a store path", strings.Join(strings.Fields(host.Sanitize(p[:min(len(p), 100)])), " "))
	}
	return nil
}

// validID reports whether an ID is of letters, digits and "-", and no option.
func validID(id string) bool {
	return len(id) <= 128 && id[0] != '-' && !strings.ContainsFunc(id, func(r rune) bool { return !letter(r) && r != '-' })
}

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

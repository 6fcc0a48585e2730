package word

import (
	"testing"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

func TestPackage(t *testing.T) {
	for want, ch := range map[string]plan.PackageChange{
		"4.0 -> 4.1, +2.1 MB":        {Op: plan.Changed, OldVersions: []string{"4.0"}, NewVersions: []string{"4.1"}, Size: 2 << 20},
		"1.0, 1.1 -> 1.2":            {Op: plan.Changed, OldVersions: []string{"1.0", "1.1"}, NewVersions: []string{"1.2"}},
		"also 1.2":                   {Op: plan.Changed, NewVersions: []string{"1.2"}},
		"no longer 1.2, -10.2 kB":    {Op: plan.Changed, OldVersions: []string{"", "1.2"}, Size: -10240},
		"no version, +5.0 kB":        {Op: plan.Added, NewVersions: []string{""}, Size: 5000},
		"2.0, -5.0 kB":               {Op: plan.Removed, OldVersions: []string{"2.0"}, Size: -5000},
		"+9.0 kB":                    {Op: plan.Changed, Size: 9000},
		"supplier unknown":           {Op: plan.Added},
		"1 -> 2, stable by hotfixes": {Op: plan.Added, NewLayer: "hotfixes", NewChannel: "stable", NewVersions: []string{"1 -> 2"}},
	} {
		if got := Package(ch); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTodo(t *testing.T) {
	for want, todo := range map[string]*engine.Todo{
		"":                                   nil,
		"nothing was to be built or fetched": {},
		"what was to be built and fetched is not known: no Nix":                                       {Unknown: "no Nix"},
		"planning had 4 derivations to build, 1 path to fetch (3.0 kB, 9.0 kB unpacked): etc x3, b-2": {Build: []string{"etc", "b-2", "etc", "etc"}, Fetch: 1, Download: 3000, Unpacked: 9000},
	} {
		if got := Todo(todo); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

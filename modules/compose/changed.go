package compose

import (
	"slices"
	"strings"

	"assay/modules/symbolic"
)

// changers are the functions of a package of nixpkgs that make another one of
// it, which still is that package to whoever installs it.
var changers = []string{"override", "overrideAttrs", "overrideDerivation", "overrideModAttrs", "overridePythonAttrs",
	"withExtensions", "withPackages", "withPlugins"}

// changedPackage is the package that a value is made of by such functions, "a.b"
// for (pkgs.a.b.override { }).overrideAttrs f; "" where it is not made so.
func changedPackage(v symbolic.Value) string {
	for range 20 { // more are not written
		c, ok := v.(*symbolic.Call)
		if !ok {
			return ""
		}
		switch fn := c.Fn.(type) {
		case *symbolic.Ref: // pkgs.a.override
			name, _ := fn.Package()
			dot := strings.LastIndexByte(name, '.')
			if dot < 0 || !slices.Contains(changers, name[dot+1:]) {
				return ""
			}
			return name[:dot]
		case *symbolic.Call: // (pkgs.a.override { }).overrideAttrs
			of, name, ok := symbolic.Selection(fn)
			if !ok || !slices.Contains(changers, name) {
				return ""
			}
			v = of
		default:
			return ""
		}
	}
	return ""
}

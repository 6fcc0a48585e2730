package view

import (
	"fmt"

	"assay/modules/compose"
)

// Via says why a machine has a role: "by its tag peer", "by name".
func Via(via string) string {
	if via == "machine" {
		return "by name"
	}
	return "by " + via
}

// Setting is a role's setting as one line of Nix.
func Setting(value any) string { return compose.Render(nixValue(value)) }

// nixValue turns what TOML decodes to into what a Nix value holds.
func nixValue(value any) any {
	switch v := value.(type) {
	case []map[string]any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = nixValue(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = nixValue(x)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, x := range v {
			out[name] = nixValue(x)
		}
		return out
	case nil, bool, int64, float64, string:
		return v
	}
	return fmt.Sprint(value)
}

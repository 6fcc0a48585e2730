package action

import (
	"fmt"
	"slices"
	"strings"
)

// Reference is the key reference as Markdown: what KEYS.md holds.
func Reference(k *Keys) string {
	var b strings.Builder
	b.WriteString(`# Keys

Made from the table of actions (` + "`ui/action/table.go`" + `); a test fails when it is stale. In the console, ` + "`?`" + ` shows the
keys that work where you are and why others do not, and ` + "`:`" + ` finds every action by name.

Every key can be changed in ` + "`config.toml`" + ` (` + "`assay help config.toml`" + `) by the action's name: ` + "`[keys]`, `\"plan.update\" = \"P\"`" + `.
`)
	for _, s := range append([]Scope{Global, Table, Tree, Text}, views...) {
		rows := slices.DeleteFunc(slices.Clone(k.rows), func(a Action) bool { return !slices.Contains(a.Scopes, s) })
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| keys | action | what it does |\n|---|---|---|\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
		for _, a := range rows {
			keys := make([]string, len(a.Keys))
			for i, key := range a.Keys {
				keys[i] = "`" + strings.ReplaceAll(key, "|", `\|`) + "`"
			}
			help := a.Help
			if a.Changes {
				help += " (not in read-only mode)"
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", strings.Join(keys, " "), a.ID, help)
		}
	}
	return b.String()
}

package modules
import ("testing";"os";"fmt";"path/filepath")
func TestZZ(t *testing.T) {
	dirs, _ := filepath.Glob("/work/corpus/*")
	for _, d := range dirs {
	tree, err := ReadFlake(os.DirFS(d), nil)
	if err != nil { t.Fatal(err) }
	kinds := map[string]int{}
	show := func(who string, i Import) {
			switch {
			case i.Name != "": kinds["aspect"]++
			case i.Foreign != "": kinds["foreign"]++
			case i.Module != nil: kinds["module"]++
			default: kinds["unknown"]++; fmt.Println("   ", who, i.At, i.Why)
			}
			if i.Condition != "" { kinds["cond"]++; fmt.Println("   if", who, i.At, i.Condition) }
	}
	fmt.Println(filepath.Base(d))
	for _, a := range tree.Aspects {
		for _, i := range a.Imports { show(pathText(a.Path), i) }
	}
	for _, h := range tree.Hosts {
		for _, i := range imported(tree.OpenHost(h), "", 0) { show("host "+h.Name, i) }
	}
	for _, r := range tree.Registries { if r.Typed { fmt.Println("   reg", pathText(r.Path), r.At, r.Class) } }
	fmt.Println("  ", kinds)
	}
}

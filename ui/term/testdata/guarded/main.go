// Command guarded links Bubble Tea and ui/term, as the console does, and says
// that it came to its main function.
package main

import (
	"fmt"

	_ "github.com/charmbracelet/bubbletea"

	_ "assay/ui/term"
)

func main() { fmt.Println("main") }

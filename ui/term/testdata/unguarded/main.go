// Command unguarded links Bubble Tea alone: it asks the terminal before its
// main function runs.
package main

import (
	"fmt"

	_ "github.com/charmbracelet/bubbletea"
)

func main() { fmt.Println("main") }

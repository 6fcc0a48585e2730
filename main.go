// Command assay is the terminal console for Nix fleets: it reads and explains
// a fleet's configuration and updates its machines safely.
package main

import (
	_ "embed"
	"os"

	"assay/ui/cli"
)

//go:embed fleet.toml
var exampleFleet []byte

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System(), exampleFleet))
}

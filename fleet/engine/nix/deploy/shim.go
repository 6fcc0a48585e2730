package deploy

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// socketVar names the socket of a pipe in the environment of Nix.
const socketVar = "ASSAY_SSH_SOCKET"

// IsShim reports whether this process was started by Nix as its "ssh". Then
// main calls Shim before anything else and exits with what it returns.
func IsShim() bool {
	return filepath.Base(os.Args[0]) == "ssh" && os.Getenv(socketVar) != ""
}

// Shim is what Nix takes for ssh: it hands its standard input and output over
// to whoever listens at the socket that the environment names. Which host Nix names, and
// what it wants to be run there, does not matter: the socket leads to one
// command on one host. It returns an exit status.
func Shim() int {
	if !wantsCommand(os.Args[1:]) {
		return 255
	}
	if establishes(os.Args[1:]) {
		fmt.Println("started")
	}
	conn, err := net.Dial("unix", os.Getenv(socketVar))
	if err != nil {
		fmt.Fprintln(os.Stderr, "assay: the connection to the host is gone:", err)
		return 255
	}
	defer conn.Close()
	if err := handOver(conn.(*net.UnixConn), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "assay: the connection to the host cannot be taken:", err)
		return 255
	}
	if _, err := io.Copy(io.Discard, conn); err != nil { // until the command is over
		return 255
	}
	return 0
}

// wantsCommand reports whether Nix wants a command to be run. It also asks
// whether there is a master connection to share ("-O check") and may want to
// start one ("-M"): there is none, and each connection is a pipe of its own.
func wantsCommand(args []string) bool {
	return !slices.Contains(args, "-O") && !slices.Contains(args, "-M")
}

// establishes reports whether Nix waits for the word that its LocalCommand
// prints once a connection stands (2.14 and newer).
func establishes(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		return strings.Contains(arg, "LocalCommand=echo started")
	})
}

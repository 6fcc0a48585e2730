// Command sops stands in for the one of that name on the hosts of tests, where
// neither it nor sops-install-secrets is installed:
//
//	sops decrypt --input-type binary --output-type binary FILE
//
// It reads with assay's own codec, so it says nothing about whether the two
// agree; other tests do.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"assay/secrets/sops"
)

func main() {
	if err := decrypt(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sops (a stand-in):", err)
		os.Exit(1)
	}
}

func decrypt(args []string) error {
	if len(args) != 6 || args[0] != "decrypt" || args[2] != "binary" || args[4] != "binary" {
		return errors.New("it only decrypts binary files")
	}
	text, err := os.ReadFile(args[5])
	if err != nil {
		return err
	}
	f, err := sops.ParseAs(sops.Binary, text)
	if err != nil {
		return err
	}
	ids, err := sops.Finder{Getenv: os.Getenv}.Find(context.Background())
	if err != nil {
		return err
	}
	plain, err := f.Decrypt(ids)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(plain.Bytes())
	return err
}

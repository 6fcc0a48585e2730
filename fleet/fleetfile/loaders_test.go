package fleetfile

import (
	"strings"
	"testing"

	"assay/fleet"
)

func TestLoaders(t *testing.T) {
	const text = "[[loader]]\nfunction = \"x.lib.load\"\nloads = \"directory\"\nargument = \"src\"\n[[loader]]\ndir = \"parts\"\nloads = \"import-tree\"\n"
	got, err := Loaders(Name, []byte(text))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	want := Loader{Function: "x.lib.load", Loads: "directory", Argument: "src", At: fleet.Pos{File: Name, Line: 1, Column: 1}}
	if got[0] != want || got[1].Dir != "parts" || got[1].Loads != "import-tree" {
		t.Errorf("read %+v", got)
	}
	if _, err := Adopt(Name, []byte(text), flake(), false); err != nil {
		t.Errorf("beside a flake: %v", err)
	}
	if Native(Name, []byte(text)) {
		t.Error("a file with loaders alone is a registry")
	}
	if _, err := Parse(Name, []byte(text)); err == nil || !strings.Contains(err.Error(), "fleet.toml:1:3: loader: this file is the registry") {
		t.Errorf("in a registry: %v", err)
	}
}

func TestLoadersRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"[[loader]]\nloads = \"directory\"":                                "fleet.toml:1:1: expected either the key function or the key dir",
		"[[loader]]\nfunction = \"x\"\ndir = \"y\"\nloads = \"directory\"": "expected either the key function or the key dir",
		"[[loader]]\nfunction = \"x\"":                                     "expected the key loads in loader",
		"[[loader]]\nfunction = \"x\"\nloads = \"all\"":                    "fleet.toml:3:9: loader[0].loads: expected one of",
		"[[loader]]\ndir = \"../x\"\nloads = \"directory\"":                "loader[0].dir: expected",
		"[[loader]]\ndir = \"x\"\nloads = \"modules argument\"":            "a loader of a directory has no argument",
		"[[loader]]\nfunc = \"x\"\nloads = \"directory\"":                  `unknown key "func"`,
		"loader = 3": "loader: expected",
	} {
		if got, err := Loaders(Name, []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nis %v, %v, want %s", text, got, err, want)
		}
	}
}

package record

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"assay/fleet/engine"
)

// storePath is one whose hash is made of one letter.
func storePath(letter, name string) string {
	return "/nix/store/" + strings.Repeat(letter, 32) + "-" + name
}

func TestSplit(t *testing.T) {
	for name, want := range map[string][2]string{
		"openssh-9.9p1":                  {"openssh", "9.9p1"},
		"glibc-2.40-66-bin":              {"glibc", "2.40-66"},
		"glibc-2.40-66":                  {"glibc", "2.40-66"},
		"gcc-13.3.0-lib":                 {"gcc", "13.3.0"},
		"gcc-13.3.0-lib32":               {"gcc", "13.3.0"},
		"nixos-system-h1-25.05.20250101": {"nixos-system-h1", "25.05.20250101"},
		"unit-sshd.service":              {"unit-sshd.service", ""},
		"system-units":                   {"system", ""},
		"foo-unstable-2024-01-01":        {"foo-unstable", "2024-01-01"},
		"foo-0-unstable":                 {"foo", "0"},
		"etc":                            {"etc", ""},
		"python3.12-six-1.16.0":          {"python3.12-six", "1.16.0"},
		"x-":                             {"x-", ""},
		"-1":                             {"", "1"},
		"":                               {"", ""},
	} {
		if pkg, version := Split(name); pkg != want[0] || version != want[1] {
			t.Errorf("%s: %q %q, want %q", name, pkg, version, want)
		}
	}
}

func TestMachineOf(t *testing.T) {
	for name, want := range map[string]string{
		"nixos-system-h1-25.05.20250101": "h1", "nixos-system-web-1-26.05pre": "web-1", "nixos-system-web-own": "web",
		"nixos-system-h1-1.2": "h1", "darwin-system-25.05+abc": "", "openssh-9.9p1": "", "": "",
	} {
		if got := machineOf(storePath("a", name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPackages(t *testing.T) {
	objects := []engine.Object{
		{Path: storePath("a", "etc"), NarSize: 5}, {Path: storePath("b", "glibc-2.40-bin"), NarSize: 1}, {Path: storePath("c", "glibc-2.40"), NarSize: 20},
		{Path: storePath("d", "glibc-2.39"), NarSize: 300}, {Path: storePath("e", "unit-script-x-start"), NarSize: 7},
	}
	got := Packages(objects)
	if len(got) != 3 || got[0].Name != "etc" || got[0].Hash != "" || got[1].Size != 321 || strings.Join(got[1].Versions, " ") != "2.39 2.40" || got[2].Hash == "" {
		t.Errorf("%+v", got)
	}
	objects[0].Path = storePath("f", "etc")
	if again := Packages(objects); again[0].Hash != got[0].Hash || again[1].Hash != got[1].Hash {
		t.Errorf("another etc: %+v", again)
	}
	objects[2].Path = storePath("g", "glibc-2.40")
	if again := Packages(objects); again[1].Hash == got[1].Hash {
		t.Errorf("another glibc: %+v", again)
	}
}

// tarOf is an archive of files and their texts.
func tarOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o444, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func recordOf(t testing.TB, files ...string) engine.Record {
	t.Helper()
	var f Files
	if err := f.ReadTar(bytes.NewReader(tarOf(t, files...))); err != nil {
		t.Fatal(err)
	}
	return New(storePath("a", "nixos-system-h1-25.05"), nil, &f, "")
}

func TestUnitsChangeWithWhatIsAboutThem(t *testing.T) {
	base := []string{
		"etc/systemd/system/sshd.service", "ExecStart=" + storePath("a", "openssh-9.9p1") + "/bin/sshd\n",
		"etc/systemd/system/sshd.service.d/overrides.conf", "[Service]\n",
		"etc/systemd/system/multi-user.target.wants/sshd.service", "ExecStart=...",
		"etc/systemd/user/mpris.service", "x", "Library/LaunchDaemons/org.nixos.x.plist", "y",
	}
	was := recordOf(t, base...)
	if len(was.Units) != 3 || was.Units[1].Name != "sshd.service" || was.Units[2].Name != "user/mpris.service" || len(was.Files) != 0 {
		t.Fatalf("%+v", was)
	}
	for name, test := range map[string]struct {
		at    int
		text  string
		equal bool
	}{
		"another hash":          {1, "ExecStart=" + storePath("b", "openssh-9.9p1") + "/bin/sshd\n", true},
		"another version":       {1, "ExecStart=" + storePath("a", "openssh-9.9p2") + "/bin/sshd\n", false},
		"another drop-in":       {3, "[Unit]\n", false},
		"wanted by another":     {4, "etc/systemd/system/rescue.target.wants/sshd.service", false},
		"text of the same link": {5, "anything", true},
	} {
		files := append([]string{}, base...)
		files[test.at] = test.text
		if is := recordOf(t, files...); (is.Units[1] == was.Units[1]) != test.equal {
			t.Errorf("%s: %+v", name, is.Units[1])
		}
	}
}

func TestFilesOfEtc(t *testing.T) {
	r := recordOf(t, "./system", "aarch64-darwin\n", "./etc/shadow", "x", "etc/shadow.mode", "0600", "etc/shadow.uid", "+0", "etc/bin", "\x00", "etc/../home/x", "no",
		"etc/large", strings.Repeat("x", maxText+1), "etc/link", "see "+storePath("a", "foo-1")+"/x")
	if r.System != "aarch64-darwin" || r.Machine != "h1" || len(r.Files) != 3 {
		t.Fatalf("%+v", r)
	}
	if f := r.Files[2]; f.Path != "/etc/shadow" || f.Mode != "0600" || f.Text != "x" {
		t.Errorf("%+v", f)
	}
	if f := r.Files[0]; !f.Binary || f.Text != "" || f.Size != 1 {
		t.Errorf("%+v", f)
	}
	if f := r.Files[1]; f.Text != "see /nix/store/…-foo-1/x" {
		t.Errorf("%+v", f)
	}
}

// A label, or the name of a machine, makes no file another one.
func TestOwnNameIsLeftOut(t *testing.T) {
	of := func(name string) engine.File {
		var f Files
		own := storePath("a", name)
		if err := f.ReadTar(bytes.NewReader(tarOf(t, "activate", "systemConfig="+own+"\n"))); err != nil {
			t.Fatal(err)
		}
		return New(own, nil, &f, "").Files[0]
	}
	if f := of("nixos-system-h1-25.05"); f != of("nixos-system-h2-25.06") || f.Path != "/run/current-system/activate" || f.Text != "systemConfig=/nix/store/…-system\n" {
		t.Errorf("%+v", f)
	}
}

func FuzzReadTar(f *testing.F) {
	f.Add(tarOf(f, "etc/motd", "hello", "etc/systemd/system/x.service", "y"))
	f.Add([]byte("no archive"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var files Files
		if files.ReadTar(bytes.NewReader(text)) != nil {
			return
		}
		for _, file := range New("", nil, &files, "").Files {
			if !strings.HasPrefix(file.Path, "/etc/") && !strings.HasPrefix(file.Path, "/run/current-system/") || len(file.Text) > 2*maxText || file.Binary && file.Text != "" {
				t.Errorf("%+v", file)
			}
		}
	})
}

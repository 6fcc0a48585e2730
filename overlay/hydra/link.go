package hydra

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Target is what a link to a Hydra points to: a job, or one build of one.
type Target struct {
	Server                string // "https://hydra.nixos.org", without a slash at its end
	Project, Jobset, Name string // of a job; "" for a build
	Build                 int64  // of a build; 0 for a job
}

// maxLink bounds a link's length in bytes.
const maxLink = 2048

var (
	jobPath   = regexp.MustCompile(`^(.*?)/job/([^/]+)/([^/]+)/([^/]+)(?:/.*)?$`)
	buildPath = regexp.MustCompile(`^(.*?)/build/([0-9]{1,18})(?:/.*)?$`)
	jobSystem = regexp.MustCompile(`\.([a-z0-9_]+-(?:linux|darwin))$`)
)

// Parse reads a link as people copy it from a Hydra's pages:
// https://SERVER/job/PROJECT/JOBSET/JOB or https://SERVER/build/NUMBER, with
// whatever follows.
func Parse(link string) (Target, error) {
	u, err := url.Parse(link)
	switch {
	case len(link) > maxLink:
		return Target{}, errors.New("a link of more than 2048 bytes")
	case err != nil:
		return Target{}, errors.New("no link")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return Target{}, errors.New("no link with https://")
	case u.User != nil:
		return Target{}, errors.New("a link with a password in it")
	}
	server := u.Scheme + "://" + strings.ToLower(u.Host)
	if m := jobPath.FindStringSubmatch(u.Path); m != nil {
		return Target{Server: server + m[1], Project: m[2], Jobset: m[3], Name: m[4]}, nil
	}
	if m := buildPath.FindStringSubmatch(u.Path); m != nil {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err == nil && n > 0 {
			return Target{Server: server + m[1], Build: n}, nil
		}
	}
	return Target{}, errors.New("neither a job nor a build of a Hydra")
}

// String is "nixpkgs/trunk/ripgrep.x86_64-linux" or "build 123".
func (t Target) String() string {
	if t.Build > 0 {
		return fmt.Sprintf("build %d", t.Build)
	}
	return t.Project + "/" + t.Jobset + "/" + t.Name
}

// System is the system that the job's name ends with, as those of nixpkgs
// have it; "" where it does not.
func (t Target) System() string {
	if m := jobSystem.FindStringSubmatch(t.Name); m != nil {
		return m[1]
	}
	return ""
}

// On is the same job for another system. A target whose name does not say its
// system stays as it is.
func (t Target) On(system string) Target {
	if own := t.System(); own != "" {
		t.Name = strings.TrimSuffix(t.Name, own) + system
	}
	return t
}

// latest is where Hydra lists the last finished builds of a job.
func (t Target) latest() string {
	q := url.Values{"nr": {strconv.Itoa(looked)}, "project": {t.Project}, "jobset": {t.Jobset}, "job": {t.Name}}
	return t.Server + "/api/latestbuilds?" + q.Encode()
}

// shield is the cheapest page of a job: of a jobset that was renamed it leads
// to that of the new name.
func (t Target) shield() string {
	return t.Server + "/job/" + url.PathEscape(t.Project) + "/" + url.PathEscape(t.Jobset) + "/" + url.PathEscape(t.Name) + "/shield"
}

func (t Target) build() string { return t.Server + "/build/" + strconv.FormatInt(t.Build, 10) }

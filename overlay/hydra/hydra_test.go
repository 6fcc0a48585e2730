package hydra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// farm is a Hydra as far as this package asks it. Paths, filters, orders,
// fields and redirects are those of NixOS/hydra at 14332fbf (2026-08-21):
// Controller/API.pm, Controller/Job.pm, Base/Controller/ListBuilds.pm and
// Schema/Result/Builds.pm.
type farm struct {
	*httptest.Server
	builds  []map[string]any // newest first
	renamed map[string]string
	asked   atomic.Int32
}

func newFarm(t *testing.T, builds ...map[string]any) *farm {
	f := &farm{builds: builds}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/latestbuilds", f.latest)
	mux.HandleFunc("GET /build/{id}", f.build)
	mux.HandleFunc("GET /job/{project}/{jobset}/{job}/shield", f.shield)
	mux.HandleFunc("GET /job/{project}/{jobset}/{job}/latest", func(http.ResponseWriter, *http.Request) {
		t.Error("asked for the last build that succeeded")
	})
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		if r.Header.Get("Accept") != "application/json" {
			t.Errorf("%s: Accept is %q", r.URL, r.Header.Get("Accept"))
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// client asks the farm without waiting between requests.
func (f *farm) client(cache string) *Client {
	c := New(cache, nil)
	c.every = 0
	return c
}

func (f *farm) latest(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("nr") == "" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	list := []map[string]any{}
	for _, b := range f.builds {
		if b["finished"] == 1 && b["project"] == q.Get("project") && b["jobset"] == q.Get("jobset") && b["job"] == q.Get("job") {
			list = append(list, b)
		}
	}
	json.NewEncoder(w).Encode(list)
}

func (f *farm) build(w http.ResponseWriter, r *http.Request) {
	for _, b := range f.builds {
		if fmt.Sprint(b["id"]) == r.PathValue("id") {
			json.NewEncoder(w).Encode(b)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"error":"Build doesn't exist."}`)
}

func (f *farm) shield(w http.ResponseWriter, r *http.Request) {
	if to := f.renamed[r.PathValue("jobset")]; to != "" {
		http.Redirect(w, r, "/job/"+r.PathValue("project")+"/"+to+"/"+r.PathValue("job")+"/shield", http.StatusMovedPermanently)
		return
	}
	for _, b := range f.builds {
		if b["finished"] == 1 && b["jobset"] == r.PathValue("jobset") && b["job"] == r.PathValue("job") {
			fmt.Fprint(w, `{"schemaVersion":1,"label":"hydra build","color":"red","message":"failing"}`)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func finished(id int, job string, status any) map[string]any {
	return map[string]any{"id": id, "project": "nixpkgs", "jobset": "trunk", "job": job, "system": "x86_64-linux",
		"nixname": "ripgrep-15.1", "finished": 1, "timestamp": 1787300000 + id, "buildstatus": status}
}

func running(id int, job string) map[string]any {
	b := finished(id, job, nil)
	b["finished"] = 0
	return b
}

func TestAsk(t *testing.T) {
	f := newFarm(t,
		running(90, "broken.x86_64-linux"), finished(80, "broken.x86_64-linux", 1), finished(70, "broken.x86_64-linux", 0),
		finished(60, "fine.x86_64-linux", "0"),
		finished(59, "cancelled.x86_64-linux", 4), finished(58, "cancelled.x86_64-linux", 3), finished(57, "cancelled.x86_64-linux", 2),
		finished(56, "aborted.x86_64-linux", 9),
		running(55, "new.x86_64-linux"),
	)
	f.renamed = map[string]string{"old": "trunk"}
	for link, want := range map[string]Answer{
		"/job/nixpkgs/trunk/broken.x86_64-linux":                 {State: Failing, Build: 80, Status: 1},
		"/job/nixpkgs/trunk/broken.x86_64-linux/latest#tabs-log": {State: Failing, Build: 80, Status: 1},
		"/job/nixpkgs/trunk/fine.x86_64-linux":                   {State: Green, Build: 60},
		"/job/nixpkgs/trunk/cancelled.x86_64-linux":              {State: Failing, Build: 57, Status: 2},
		"/job/nixpkgs/trunk/aborted.x86_64-linux":                {State: Unknown, Why: "its last builds were aborted or cancelled"},
		"/job/nixpkgs/trunk/new.x86_64-linux":                    {State: Unknown, Why: "it has no finished build of that job"},
		"/job/nixpkgs/trunk/nosuch.x86_64-linux":                 {State: Unknown, Why: "it has no finished build of that job"},
		"/job/nixpkgs/old/fine.x86_64-linux":                     {State: Green, Build: 60},
		"/build/70":                                              {State: Failing, Build: 80, Status: 1},
		"/build/7":                                               {State: Unknown, Why: "it has no such build"},
	} {
		t.Run(strings.ReplaceAll(link, "/", " "), func(t *testing.T) {
			t.Parallel()
			target, err := Parse(f.URL + link)
			if err != nil {
				t.Fatal(err)
			}
			a := f.client("").Ask(t.Context(), target)
			if a.State != want.State || a.Build != want.Build || a.Status != want.Status || a.Why != want.Why || a.Offline != "" || a.Asked.IsZero() {
				t.Errorf("got %+v, want %+v", a, want)
			}
			if a.Build > 0 && a.Built.Unix() != 1787300000+a.Build {
				t.Errorf("built at %s", a.Built)
			}
		})
	}
}

// TestHostile: whatever a server answers is an answer that says so.
func TestHostile(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed to another host") }))
	defer elsewhere.Close()
	other := strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	for why, serve := range map[string]http.HandlerFunc{
		"it answers with the status 503":                    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"it answers with more than 1048576 bytes":           func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "[", strings.Repeat(" ", 2<<20), "]") },
		"no answer of a Hydra, at byte 0 of it":             func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"no answer of a Hydra, at byte 18 of it":            func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[{"id":"x\u001b"}]`) },
		"no answer of a Hydra: something follows at byte 2": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[]}`) },
		"it leads elsewhere":                                func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other+"/x", http.StatusFound) },
	} {
		f := httptest.NewServer(serve)
		target, err := Parse(f.URL + "/job/a/b/c")
		if err != nil {
			t.Fatal(err)
		}
		if a := New("", nil).Ask(t.Context(), target); a.State != Unknown || a.Offline != why {
			t.Errorf("%s: %+v", why, a)
		}
		f.Close()
	}
	f := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }))
	defer f.Close()
	if a := New("", nil).Ask(t.Context(), Target{Server: f.URL, Project: "a", Jobset: "b", Name: "c"}); a.Offline != "it leads elsewhere" {
		t.Errorf("a circle of redirects: %+v", a)
	}
	// A server that ignores what it is asked for.
	g := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode([]any{finished(1, "other", 0)})
	}))
	defer g.Close()
	if a := New("", nil).Ask(t.Context(), Target{Server: g.URL, Project: "nixpkgs", Jobset: "trunk", Name: "mine"}); a.State != Unknown {
		t.Errorf("a build of another job counts: %+v", a)
	}
}

// TestCache: an answer is fresh for an hour, and what is known when the server
// is away.
func TestCache(t *testing.T) {
	f := newFarm(t, finished(80, "a.x86_64-linux", 1))
	cache := filepath.Join(t.TempDir(), "made", "when needed")
	target, _ := Parse(f.URL + "/job/nixpkgs/trunk/a.x86_64-linux")
	if _, ok := New(cache, nil).Known(target); ok {
		t.Error("known before it was asked")
	}
	first := f.client(cache).Ask(t.Context(), target)
	if again := f.client(cache).Ask(t.Context(), target); again != first || f.asked.Load() != 1 {
		t.Errorf("%d requests: %+v, then %+v", f.asked.Load(), first, again)
	}
	file := New(cache, nil).path(target)
	old := func(age time.Duration) time.Time {
		asked := time.Now().Add(-age).UTC().Truncate(time.Second)
		a := first
		a.Asked = asked
		New(cache, nil).save(target, a)
		return asked
	}
	old(2 * time.Hour)
	if a := f.client(cache).Ask(t.Context(), target); f.asked.Load() != 2 || time.Since(a.Asked) > time.Minute {
		t.Errorf("after two hours: %d requests, %+v", f.asked.Load(), a)
	}
	old(-2 * time.Hour) // somebody set the clock
	f.client(cache).Ask(t.Context(), target)
	if f.asked.Load() != 3 {
		t.Error("an answer from the future counts as fresh")
	}
	asked := old(72 * time.Hour)
	f.Close()
	c := f.client(cache)
	if a := c.Ask(t.Context(), target); a.State != Failing || a.Asked != asked || !strings.HasPrefix(a.Offline, "no connection: ") {
		t.Errorf("offline: %+v", a)
	}
	if a := c.Ask(t.Context(), target.On("aarch64-linux")); a.State != Unknown || a.Why != "it was never asked" || a.Offline == "" {
		t.Errorf("offline and unknown: %+v", a)
	}
	for _, broken := range []string{"", "{", `{"version":1}`, strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Known(target); ok {
			t.Errorf("a broken file of %d bytes counts", len(broken))
		}
	}
}

// away is a transport of a machine that has no network, which counts.
type away struct {
	starts []time.Time
	err    error
}

func (a *away) RoundTrip(r *http.Request) (*http.Response, error) {
	a.starts = append(a.starts, time.Now())
	if a.err != nil {
		return nil, a.err
	}
	rec := httptest.NewRecorder()
	fmt.Fprint(rec, "[]")
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}

// TestPolite: a server has a second between two requests, and is left alone
// when it did not answer.
func TestPolite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := &away{}
		c := New("", lines)
		for n := range 3 {
			c.Ask(t.Context(), Target{Server: "https://h.example", Project: "p", Jobset: "j", Name: fmt.Sprint(n)})
		}
		if len(lines.starts) != 6 { // the list, then the page that knows a new name
			t.Fatalf("%d requests", len(lines.starts))
		}
		for i, at := range lines.starts[1:] {
			if d := at.Sub(lines.starts[i]); d < every {
				t.Errorf("request %d came %s after the one before", i+1, d)
			}
		}
		lines.err = errors.New("no route")
		for n := range 3 {
			if a := c.Ask(t.Context(), Target{Server: "https://g.example", Project: "p", Jobset: "j", Name: fmt.Sprint(n)}); a.Offline != "no route" {
				t.Errorf("%+v", a)
			}
		}
		if len(lines.starts) != 7 {
			t.Errorf("a server that is away was asked %d times", len(lines.starts)-6)
		}
		began := time.Now()
		for n := range 50 {
			c.Ask(t.Context(), Target{Server: "https://g.example", Project: "p", Jobset: "j", Name: fmt.Sprint(n)})
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("that a server is away takes %s to say", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if a := c.Ask(ctx, Target{Server: "https://h.example", Project: "p", Jobset: "j", Name: "x"}); a.Offline == "" {
			t.Errorf("cancelled: %+v", a)
		}
	})
}

func TestParse(t *testing.T) {
	for link, want := range map[string]Target{
		"https://hydra.nixos.org/job/nixpkgs/trunk/duckdb.aarch64-darwin": {Server: "https://hydra.nixos.org", Project: "nixpkgs", Jobset: "trunk", Name: "duckdb.aarch64-darwin"},
		"https://HYDRA.example:8443/ci/job/a/b/c/all?page=2":              {Server: "https://hydra.example:8443/ci", Project: "a", Jobset: "b", Name: "c"},
		"http://10.0.0.7/build/12/nixlog/1":                               {Server: "http://10.0.0.7", Build: 12},
	} {
		if got, err := Parse(link); err != nil || got != want {
			t.Errorf("%s: %+v, %v", link, got, err)
		}
	}
	for _, link := range []string{"", "hydra", "ftp://h/job/a/b/c", "file:///job/a/b/c", "https:///job/a/b/c", "https://u:p@h/job/a/b/c", "https://h/jobset/a/b",
		"https://h/build/x", "https://h/build/0", "https://h/job/a/b", "https://h/" + strings.Repeat("a", 3000) + "/job/a/b/c"} {
		if got, err := Parse(link); err == nil {
			t.Errorf("%s: %+v", link, got)
		}
	}
	target, _ := Parse("https://h/job/p/j/python3Packages.x.x86_64-linux")
	if got := target.On("aarch64-darwin").Name; got != "python3Packages.x.aarch64-darwin" || target.System() != "x86_64-linux" {
		t.Errorf("on a Mac it is %s", got)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`[{"id":80,"project":"nixpkgs","jobset":"trunk","job":"a","system":"x86_64-linux","nixname":"a-1","finished":1,"timestamp":1787300000,"buildstatus":0}]`))
	f.Add([]byte(`[{"id":"80","project":"nixpkgs","jobset":"trunk","job":"a","finished":true,"timestamp":null,"buildstatus":"4"},null,{}]`))
	f.Add([]byte(`{"id":-1,"finished":"1e9"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		target := Target{Server: "https://h", Project: "nixpkgs", Jobset: "trunk", Name: "a"}
		_, _ = readBuild(text)
		bs, err := readBuilds(text)
		if err != nil {
			return
		}
		a := verdict(bs, target)
		if (a.State == Unknown) == (a.Why == "") || a.State != Unknown && a.Build <= 0 || a.State == Green && a.Status != 0 {
			t.Fatalf("%+v", a)
		}
		if again, err := json.Marshal(a); err != nil || !json.Valid(again) {
			t.Fatalf("%+v: %v", a, err)
		}
	})
}

// TestDowngrade: what is linked with https is not asked for without.
func TestDowngrade(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode([]any{finished(1, "mine", 0)})
	}))
	defer plain.Close()
	safe := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.String(), http.StatusFound)
	}))
	defer safe.Close()
	if a := New("", safe.Client().Transport).Ask(t.Context(), Target{Server: safe.URL, Project: "nixpkgs", Jobset: "trunk", Name: "mine"}); a.Offline != "it leads elsewhere" {
		t.Errorf("%+v", a)
	}
}

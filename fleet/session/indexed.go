package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/overlay"
	"assay/overlay/indexes"
)

// ErrNoLister is returned by MakeIndex in a session without Nix.
var ErrNoLister = errors.New("no Nix can list a channel in this session")

// contents is what is known of the channels' content. Files are read once, and
// again when they are others.
type contents struct {
	mu     sync.Mutex
	loaded map[indexes.Key]loadedIndex
	more   []string       // systems that were asked for beside the fleet's
	stack  *overlay.Stack // with known
	of     *overlay.Stack // the repository's, of which stack is made
	known  map[overlay.IndexKey]*overlay.Index
}

type loadedIndex struct {
	version indexes.Version
	index   *overlay.Index // nil where it cannot be read
	err     error
}

// Stack is the fleet's overlay layers with what is known of the content of
// channels on the fleet's systems, and on more.
func (s *Session) Stack(more ...string) *overlay.Stack {
	stack := s.Repo.Stack()
	locks, _, _ := s.locks()
	if s.opts.CacheDir == "" || len(locks) == 0 {
		return stack
	}
	in := &s.indexed
	in.mu.Lock()
	defer in.mu.Unlock()
	in.more = append(in.more, more...)
	slices.Sort(in.more)
	in.more = slices.Compact(in.more)
	known := map[overlay.IndexKey]*overlay.Index{}
	for _, l := range locks {
		for _, system := range slices.Concat(stack.Systems(), in.more, []string{""}) {
			if loaded := s.load(indexes.Key{Tree: l.Tree(), System: system}); loaded.index != nil {
				known[overlay.IndexKey{Channel: l.Channel, System: system}] = loaded.index
			}
		}
	}
	if in.stack == nil || in.of != stack || !maps.Equal(in.known, known) {
		in.stack, in.of, in.known = stack.With(known), stack, known
	}
	return in.stack
}

// load returns an index, read again when its file is another one. The caller
// holds the lock.
func (s *Session) load(k indexes.Key) loadedIndex {
	in, store := &s.indexed, s.store()
	version := store.Version(k)
	was, known := in.loaded[k]
	if known && was.version == version {
		return was
	}
	now := loadedIndex{version: version}
	if k.Tree != "" {
		if now.index, now.err = store.Load(k); errors.Is(now.err, fs.ErrNotExist) {
			now.err = nil
		}
	}
	if in.loaded == nil {
		in.loaded = map[indexes.Key]loadedIndex{}
	}
	in.loaded[k] = now
	return now
}

func (s *Session) store() indexes.Store {
	return indexes.Store{Dir: filepath.Join(s.opts.CacheDir, "index")}
}

// locks says at which tree flake.lock holds each channel that is one and not
// another with patches, each name once.
func (s *Session) locks() (locks []overlay.ChannelLock, text []byte, err error) {
	text, err = s.Repo.ReadFile(lockName)
	if err != nil {
		return nil, nil, err
	}
	var channels []fleet.Channel
	for _, c := range s.Repo.Stack().Channels() {
		if c.Patched == "" && !slices.ContainsFunc(channels, func(o fleet.Channel) bool { return o.Name == c.Name }) {
			channels = append(channels, c)
		}
	}
	locks, err = overlay.Locks(text, channels)
	return locks, text, err
}

// lockOf is the lock of a channel; of a patched one its base's, which is the
// tree that can be listed.
func (s *Session) lockOf(channel string) (overlay.ChannelLock, []byte, error) {
	locks, text, err := s.locks()
	if errors.Is(err, fs.ErrNotExist) {
		return overlay.ChannelLock{}, nil, errors.New("there is no flake.lock, so nothing says which revision a channel has; hint: nix flake lock makes one")
	}
	if err != nil {
		return overlay.ChannelLock{}, nil, err
	}
	all := s.Repo.Stack().Channels()
	base := channel
	if i := slices.IndexFunc(all, func(c fleet.Channel) bool { return c.Name == channel }); i >= 0 && all[i].Patched != "" {
		base = all[i].Patched
	}
	for _, l := range locks {
		if l.Channel != base {
			continue
		}
		if l.Tree() == "" {
			return l, text, fmt.Errorf("the channel %s: %s", channel, strings.TrimPrefix(l.Note, "unknown: "))
		}
		return l, text, nil
	}
	var names []string
	for _, c := range all {
		names = append(names, c.Name)
	}
	hint := "assay channels lists them"
	if near := fleet.Nearest(channel, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return overlay.ChannelLock{}, nil, fmt.Errorf("no channel %q; hint: %s", channel, hint)
}

// MakeIndex has Nix list what a channel holds on a system, keeps that, and
// returns how many packages it has. Of a patched channel it lists the base.
func (s *Session) MakeIndex(ctx context.Context, channel, system string, watch func(engine.Step)) (int, error) {
	l, text, err := s.lockOf(channel)
	if err != nil {
		return 0, err
	}
	if s.opts.Lister == nil {
		return 0, ErrNoLister
	}
	attributes, dir, err := overlay.Locked(text, l.Input)
	if err != nil {
		return 0, err
	}
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := s.opts.Lister.List(ctx, engine.Tree{Name: l.Input, Locked: attributes, Dir: dir}, system, w, watch)
		w.CloseWithError(err)
		failed <- err
	}()
	x, err := overlay.ReadIndex(r)
	r.CloseWithError(err) // whatever else is written goes nowhere
	if listing := <-failed; listing != nil && !errors.Is(listing, err) {
		err = listing
	}
	if err != nil {
		return 0, fmt.Errorf("list %s for %s: %w", channel, system, err)
	}
	return s.keep(l, system, x)
}

// ImportIndex keeps what nix-env said elsewhere of what a channel holds, on a
// system, or with "" on every system of which nothing else is kept. It returns
// how many packages that is.
func (s *Session) ImportIndex(from io.Reader, channel, system string) (int, error) {
	l, _, err := s.lockOf(channel)
	if err != nil {
		return 0, err
	}
	x, err := overlay.ReadIndex(from)
	if err != nil {
		return 0, err
	}
	return s.keep(l, system, x)
}

func (s *Session) keep(l overlay.ChannelLock, system string, x *overlay.Index) (int, error) {
	if s.opts.CacheDir == "" {
		return 0, errors.New("there is no directory to keep an index in; hint: set XDG_CACHE_HOME or HOME")
	}
	if x.Len() == 0 {
		return 0, fmt.Errorf("the list of %s holds no package", l.Channel)
	}
	return x.Len(), s.store().Save(indexes.Key{Tree: l.Tree(), System: system}, x)
}

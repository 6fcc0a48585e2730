package nix

import (
	"fmt"
	"maps"
	"os"
	"path"
)

// closed is what is kept of a system's closure. A store path does not change;
// one that was deleted and built anew is another file.
type closed struct {
	File    string            // as identity says
	Objects map[string]object // what the system needs, and itself
}

// identity tells the file that lies at a store path from one that lay there
// before, "" where nothing does.
func (e *Engine) identity(p string) string {
	stat, err := os.Lstat(e.file(p))
	if err != nil {
		return ""
	}
	number, changed := numbers(stat)
	return fmt.Sprint(e.opts.StoreRoot, " ", number, " ", changed)
}

// knownClosure adds what a system needs to objects, where that was asked
// before; it does not say that the system is valid still.
func (e *Engine) knownClosure(system string, objects map[string]object) bool {
	var c closed
	if !e.cache.get("closure", path.Base(system), &c) || c.File == "" || c.File != e.identity(system) {
		return false
	}
	if _, err := closureOf(system, c.Objects); err != nil {
		return false
	}
	maps.Copy(objects, c.Objects)
	return true
}

// keepClosures keeps what systems need, which objects say.
func (e *Engine) keepClosures(systems []string, objects map[string]object) {
	for _, system := range systems {
		all, err := closureOf(system, objects)
		file := e.identity(system)
		if err != nil || file == "" {
			continue
		}
		c := closed{File: file, Objects: make(map[string]object, len(all.Objects))}
		for _, o := range all.Objects {
			c.Objects[o.Path] = objects[o.Path]
		}
		e.cache.put("closure", path.Base(system), c)
	}
}

package plan

import (
	"strings"

	"assay/fleet"
	"assay/modules/compose"
)

// places finds where the things of a record are written. The nil places knows
// of none.
type places struct {
	options  map[string]*compose.Option // by scope, NUL, path
	packages map[string]fleet.Pos       // by scope, NUL, name
	aspects  map[string]fleet.Pos
}

func placesOf(c *compose.Composition) *places {
	if c == nil {
		return nil
	}
	p := &places{map[string]*compose.Option{}, map[string]fleet.Pos{}, map[string]fleet.Pos{}}
	p.scope(&c.Scope)
	for i := range c.Homes {
		p.scope(&c.Homes[i])
	}
	return p
}

func (p *places) scope(s *compose.Scope) {
	for i := range s.Options {
		p.options[s.User+"\x00"+s.Options[i].Path] = &s.Options[i]
	}
	for _, k := range s.Packages {
		p.packages[s.User+"\x00"+k.Name] = k.At
	}
	for _, a := range s.Aspects {
		if _, ok := p.aspects[a.Name]; ok || len(a.Way) == 0 {
			continue
		}
		p.aspects[a.Name] = a.Way[len(a.Way)-1].At
	}
}

func (p *places) aspect(name string) string {
	if p == nil {
		return ""
	}
	return place(p.aspects[name])
}

func (p *places) pkg(scope, name string) string {
	if p == nil {
		return ""
	}
	return place(p.packages[scope+"\x00"+name])
}

// option returns the place of the definition that wins, or else all
// definitions that take part. An option that is set through one of its
// parents has the parent's place.
func (p *places) option(scope, path string) (string, []Def) {
	o := p.find(scope, path)
	if o == nil {
		return "", nil
	}
	return decided(o)
}

// reason says why it is not known what the option's definitions come to.
func (p *places) reason(scope, path string) string {
	o := p.find(scope, path)
	if o == nil {
		return ""
	}
	return o.Merged.Reason
}

// find returns the option or the nearest of its parents that is set.
func (p *places) find(scope, path string) *compose.Option {
	if p == nil {
		return nil
	}
	for {
		if o := p.options[scope+"\x00"+path]; o != nil {
			return o
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return nil
		}
		path = path[:i]
	}
}

func decided(o *compose.Option) (string, []Def) {
	if w := o.Merged.Winner; w >= 0 && w < len(o.Definitions) {
		return place(o.Definitions[w].At), nil
	}
	if len(o.Definitions) == 1 {
		return place(o.Definitions[0].At), nil
	}
	var defs []Def
	for _, d := range o.Definitions {
		defs = append(defs, Def{Aspect: d.Aspect, At: place(d.At)})
	}
	return "", defs
}

func place(p fleet.Pos) string {
	if p.IsZero() {
		return ""
	}
	return p.String()
}

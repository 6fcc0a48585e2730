package compose

import (
	"cmp"
	"slices"
	"strings"

	"assay/fleet"
)

// User is somebody who may log in: a normal user, or one with a home.
type User struct {
	Name   string
	Normal Fact      // users.users.NAME.isNormalUser
	Home   fleet.Pos // where home-manager is given a home; zero for none
}

// usersPath is the set of the users of a machine.
const usersPath = "users.users"

// usersOf are the users that the modules make normal users or give a home, by
// name.
func usersOf(c *Composition) []User {
	byName := map[string]*User{}
	user := func(name string) *User {
		if byName[name] == nil {
			byName[name] = &User{Name: name}
		}
		return byName[name]
	}
	for _, o := range c.Scope.Below(usersPath) {
		names, err := splitPath(o.Path)
		if err != nil || len(names) != 4 || names[3] != "isNormalUser" {
			continue
		}
		if f := c.Scope.fact(o.Path); f.Value != "false" || f.Why != "" {
			user(names[2]).Normal = f
		}
	}
	for _, h := range c.Homes {
		if !strings.Contains(h.User, "${") { // a name as it is written, which is not known
			user(h.User).Home = h.At
		}
	}
	out := make([]User, 0, len(byName))
	for _, u := range byName {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b User) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// primaryUser is the option of that name, or else the only user that there is
// beside root.
func primaryUser(c *Composition, users []User) Fact {
	s := &c.Scope
	if f := s.fact("system.primaryUser"); f.Said() {
		return f
	}
	users = slices.DeleteFunc(slices.Clone(users), func(u User) bool { return u.Name == "root" })
	if len(users) != 1 {
		return Fact{}
	}
	u := users[0]
	f := Fact{Value: u.Name, At: u.Normal.At, Why: u.Normal.Why}
	if f.At.IsZero() {
		f.At = u.Home
	}
	f.Why = cmp.Or(f.Why, moreUsers(c))
	return f
}

// moreUsers says why there may be other users than those that are seen, "" if
// the tree has no others.
func moreUsers(c *Composition) string {
	for _, path := range []string{usersPath + ".*", "home-manager.users.*"} {
		if why, at := c.Scope.gap(path); why != "" {
			return at.String() + " may make another: " + why
		}
	}
	for _, h := range c.Homes {
		if strings.Contains(h.User, "${") {
			return h.At.String() + " may make another: its name is not known"
		}
	}
	return ""
}

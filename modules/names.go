package modules

import "strings"

// RolePrefix is what the names of aspects that are roles of a service start
// with: "services/<module>/<role>".
const RolePrefix = "services/"

// MachinePrefix is what the names of aspects that belong to one machine start
// with: "machines/<class>/<machine>".
const MachinePrefix = "machines/"

// IsRole reports whether an aspect of that name is a role of a service.
func IsRole(name string) bool { return strings.HasPrefix(name, RolePrefix) }

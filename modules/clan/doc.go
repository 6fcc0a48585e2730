// Package clan reads a clan's inventory as clan resolves it: machines from
// four sources, tags own and computed, instances, roles with their members,
// settings merged over their three levels, and the modules that a role gives to
// its members. It is pure: it takes what others have read of the flake and opens
// nothing, except through the evaluator's files.
//
// The rules are those of clan-core's modules (inventoryClass, clan,
// distributed-service). What clan itself keeps quiet about is among the
// Problems: settings that no interface declares, members whose class has no
// module, tags that nobody has.
//
// What the source does not decide is there with the reason, and the rest
// stands: a Text, a Tag or a Role with Why set is not known or not complete, a
// Condition says why something may not apply.
//
// Read works on values of an Evaluator and so belongs to one goroutine; what it
// returns does not change afterwards, but for the symbolic values in it.
package clan

# The registry of machines is fleet.toml, [machines.*]: system, owner, tags, aspects,
# addresses. It is deliberately not repeated here, neither as `clan.machines` nor as
# `clan.inventory.machines`, because a second list would sooner or later disagree.
#
# What belongs to one machine only is an aspect named after it:
#
#     ../machines/<class>/<name>/default.nix    flake.modules.<class>."machines/<class>/<name>"
#
# and is taken for that machine without being listed anywhere.
{ }

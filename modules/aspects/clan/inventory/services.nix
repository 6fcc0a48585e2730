# Service instances are fleet.toml, [services.*]. What a role means is a function in
# ../../services/<module>/<role>.nix:
#
#     flake.modules.<class>."services/<module>/<role>" =
#       { instance, settings, roles, machine }: <module>;
#
#   instance   the name of the instance, a string
#   settings   the role's settings from fleet.toml, an attribute set
#   roles      every role of the instance: roles.<role>.machines.<name>.settings is the
#              attribute set of that member's settings
#   machine    the machine the module is for: name, system, user, tags
#
# The function is applied once for each instance that gives the machine the role.
{ }

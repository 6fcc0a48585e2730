# What makes this tree a channel: its release, and versions that differ from versions.nix.
{
  release = "26.05";
  suffix = "pre";
  versions = { };
}

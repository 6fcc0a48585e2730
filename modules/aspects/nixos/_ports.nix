# Ports that more than one aspect has to agree on. The underscore keeps import-tree away:
# this is a value for those who import it, not a module.
{
  http = 80;
  https = 443;
  nodeExporter = 9100;
  prometheus = 9090;
}

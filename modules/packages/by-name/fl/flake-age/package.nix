# Lists a flake's locked inputs with the day each was last changed, oldest first.
{ writeShellApplication, jq }:
writeShellApplication {
  name = "flake-age";
  runtimeInputs = [ jq ];
  text = ''
    lock=''${1:-flake.lock}
    jq -r '
      .nodes | to_entries[]
      | select(.value.locked.lastModified != null)
      | [(.value.locked.lastModified | todate), .key]
      | @tsv
    ' "$lock" | sort
  '';
}

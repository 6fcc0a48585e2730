{ lib, cfg }:
''
  server {
    ${lib.concatMapStringsSep "\n" (name: ''
      location /${name} {
        proxy_pass http://${cfg.hosts.${name} or "localhost"}:${toString (cfg.ports."${name}-http" or 80)};
      }
    '') (lib.attrNames cfg.hosts)}
  }
''

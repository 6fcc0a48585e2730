final: prev: prev.lib.genAttrs [ "one" "two" ] (name: prev.${name}.override { })

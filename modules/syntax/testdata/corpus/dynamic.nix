name: value: {
  ${name} = 1;
  "pre-${name}" = 2;
  "${name}" = 3;
  ${name + "-x"}.inner = 4;
  outer.${name}.inner = value;
  outer."${name}-y" = { z = 5; };
  ${if value then "a" else null} = 6;
  ${null} = 7;
}

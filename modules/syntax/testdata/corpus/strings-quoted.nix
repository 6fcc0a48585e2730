let name = "x"; in [
  "" "plain" "quote \" backslash \\ newline \n tab \t return \r other \a \' dollar \${name}"
  "$" "$$" "$a" "a$" "$${name}" "$$${name}" "$\{name}" "two ${name}${name}" "${name} first" "last ${name}"
  "over
two lines" "nested ${"in ${"deep ${name}"}"}" "set ${{ a = "}"; }.a}" "unicode: grüße, 日本, ☃"
]

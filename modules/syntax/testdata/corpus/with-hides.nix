scope: with scope; [ anything (x: unknown x) { inherit whatever; } (let a = b; in a) ]

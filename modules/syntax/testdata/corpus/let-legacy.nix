let { a = 1; b = let { body = a; }; body = [ a b (let { body = 2; }) ]; }

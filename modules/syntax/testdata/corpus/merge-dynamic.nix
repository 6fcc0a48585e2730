name: { a = { x = 1; }; a = { ${name} = 2; }; }

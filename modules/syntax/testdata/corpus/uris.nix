[ http://example.org https://example.org/a%20b?c=d&e=f x:y git+ssh://host/path,1 mailto:a@b a.b:c ]

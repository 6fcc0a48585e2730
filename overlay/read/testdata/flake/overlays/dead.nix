final: prev: { forgotten = prev.hello; }

"""Maps of other services that people lay over ours: asked by the server, and only at addresses that the office lets."""

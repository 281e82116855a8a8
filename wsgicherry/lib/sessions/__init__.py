"""Sessions: what a client left with us from one request to the next."""

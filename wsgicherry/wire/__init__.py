"""Values on the wire: pure functions, without a context, a request or any input or output."""

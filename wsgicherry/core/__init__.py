"""One request, from environ to body; config; logs."""

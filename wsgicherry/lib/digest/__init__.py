"""Digest authentication (RFC 7616), room by room; `lib.auth_digest` is the door."""

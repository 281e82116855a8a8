"""The servers in the network where sessions and cached pages are kept: memcached and Redis."""

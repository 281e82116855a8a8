"""The global state department: ONE Site as module names."""

from __future__ import annotations

from .core.current import CurrentServing, Proxy, ThreadData
from .site import Site

site = Site()

tree = site.tree
config = site.config
engine = site.engine
log = site.log
tools = site.tools
server = site.server
servers = site.servers
checker = site.checker
Application = site.Application
quickstart = site.quickstart
url = site.url

serving = CurrentServing()
request = Proxy("request")
response = Proxy("response")
session = Proxy("session", hint="is tools.sessions.on set for this path?")
thread_data = ThreadData()

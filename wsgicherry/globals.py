"""The global state department: ONE Site as module names."""

from __future__ import annotations

from . import process
from .core.current import CurrentServing, Proxy, ThreadData
from .process import wspbus
from .site import Site

site = Site()

tree = site.tree
config = site.config
# CherryPy calls it by three names (BEHAVIOUR 1.1, 1.4).
engine = process.bus = wspbus.bus = site.engine
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

"""Serve plain.wsgi with the bus, the server and the signal handler, and nothing else.

bus_server.py [SHUTDOWN_TIMEOUT_SECONDS]
"""

import signal
import sys

from plain import wsgi

from wsgicherry.process.plugins import SignalHandler
from wsgicherry.process.wspbus import Bus
from wsgicherry.serving.server import Server, banner

# A shell's background jobs inherit an ignored SIGINT; here it is what the tests are about.
signal.signal(signal.SIGINT, signal.default_int_handler)

bus = Bus()
bus.subscribe("log", lambda message, level: print(message, flush=True))


def application(environ, start_response):
    """Answer as plain.wsgi does; /leave exits the bus first."""
    if environ["PATH_INFO"] == "/leave":
        bus.exit()
    return wsgi(environ, start_response)


server = Server(bus, application)
server.socket_port = 0
server.shutdown_timeout = float(sys.argv[1]) if sys.argv[1:] else 5
server.subscribe()
SignalHandler(bus).subscribe()


def greet():
    """Print the banner once block() is at work: from then on Ctrl-C is the bus's."""
    bus.unsubscribe("main", greet)
    print(*banner([server], {"": None}), sep="\n", flush=True)


bus.subscribe("main", greet)
server.bind()
bus.start()
bus.block()

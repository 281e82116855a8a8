"""An XML-RPC service beside ordinary pages, for Python's own client and any other.

Run: python examples/xmlrpc_service.py, then: python -c "from xmlrpc.client import ServerProxy;
print(ServerProxy('http://127.0.0.1:8080/').orchard.weigh(['bing', 'rainier']))"
"""

import wsgicherry
from wsgicherry.lib.xmlrpcutil import XMLRPCController

GRAMS = {"bing": 9, "rainier": 11, "montmorency": 4}


class Orchard:
    """Methods that clients call `orchard.<name>`."""

    @wsgicherry.expose
    def kinds(self):
        """Return the names that are known."""
        return sorted(GRAMS)

    @wsgicherry.expose
    def weigh(self, names):
        """Return what each weighs in grams; an unknown name is a fault."""
        return {name: GRAMS[name] for name in names}


class Root(XMLRPCController):
    """What is called is found by its dotted name, from here."""

    orchard = Orchard()

    @wsgicherry.expose
    def add(self, a, b):
        """Return the sum."""
        return a + b

    @wsgicherry.expose
    def about(self):
        """Answer GET /about, a page like any other."""
        return "Call me by XML-RPC.\n"


config = {
    "/": {
        "request.dispatch": wsgicherry.dispatch.XMLRPCDispatcher(),  # for clients of /RPC2
        "tools.xmlrpc.max_bytes": 64 * 1024,
    }
}
app = wsgicherry.tree.mount(Root(), "", config)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.quickstart(app)

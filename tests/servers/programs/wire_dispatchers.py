"""A resource for HTTP's methods and a service for XML-RPC, mounted by wire_site.py."""

import wsgicherry
from wsgicherry.lib.xmlrpcutil import XMLRPCController


class Resource:
    """What /rest is."""

    exposed = True

    def GET(self, *segments):
        """Show the rest of the path."""
        return f"GET {segments}"

    def PUT(self):
        """Give the body back."""
        return wsgicherry.request.body.read()


class Service(XMLRPCController):
    """What is called at /rpc/."""

    @wsgicherry.expose
    def echo(self, *values):
        """Give the arguments back."""
        return list(values)


def mount():
    """Mount both."""
    rest = wsgicherry.dispatch.MethodDispatcher()
    rpc = wsgicherry.dispatch.XMLRPCDispatcher()
    wsgicherry.tree.mount(Resource(), "/rest", {"/": {"request.dispatch": rest}})
    wsgicherry.tree.mount(Service(), "/rpc", {"/": {"request.dispatch": rpc}})

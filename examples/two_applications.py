"""Two applications on one tree, each with its own config.

Run: python examples/two_applications.py, then open http://127.0.0.1:8080/shop/.
"""

import wsgicherry


class Shop:
    """Mounted at /shop."""

    @wsgicherry.expose
    def index(self):
        """Answer with what the config of this application says."""
        settings = wsgicherry.request.app.config["shop"]
        return f"{settings['title']}. Ask at {wsgicherry.url('/help')}.\n"


class Forum:
    """Mounted at /forum."""

    @wsgicherry.expose
    def index(self):
        """Show that paths and addresses begin at the mount point."""
        request = wsgicherry.request
        return f"script_name={request.script_name} path_info={request.path_info}\n"


SHOP = {
    "/": {"response.headers.Content-Type": "text/plain"},
    "shop": {"title": "Cherries by the pound"},
}
FORUM = {"/": {"response.headers.Content-Type": "text/plain", "tools.gzip.on": True}}

wsgicherry.tree.mount(Shop(), "/shop", SHOP)
wsgicherry.tree.mount(Forum(), "/forum", FORUM)
wsgi = wsgicherry.tree

if __name__ == "__main__":
    wsgicherry.engine.signals.subscribe()
    wsgicherry.engine.start()
    wsgicherry.engine.block()

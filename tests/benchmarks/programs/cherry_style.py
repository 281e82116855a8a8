"""The workloads in CherryPy's manner: one program, for CherryPy and for wsgicherry."""

from datetime import datetime, timedelta

import pages
import workloads

GLOBAL_CONFIG = {"environment": "production", "log.screen": False}


def plain_node(depth, **children):
    """Return one segment of the six, with config of its own."""
    node = type(f"Node{depth}", (), children)()
    node._cp_config = {"response.headers.X-Depth": str(depth)}
    return node


def check_password(realm, user, password):
    return (user, password) == (workloads.USER, workloads.PASSWORD)


def make_root(cherry):
    """Return the tree of handlers; `cherry` is the imported package."""

    @cherry.expose
    @cherry.config(**{"response.headers.X-Depth": "6"})
    def leaf(self):
        return workloads.LEAF

    class Root:
        @cherry.expose
        def index(self):
            return workloads.HELLO

        @cherry.expose
        def items(self, number, color, size):
            return workloads.item_text(number, color, size)

        @cherry.expose
        @cherry.tools.json_in()
        @cherry.tools.json_out()
        def orders(self):
            return workloads.order_reply(cherry.request.json)

        @cherry.expose
        def contact(self, name, email, city, note, tag):
            return workloads.form_text(name, email, city, note, tag)

        @cherry.expose
        def survey(self, **fields):
            return workloads.fields_text(fields)

        @cherry.expose
        def upload(self, title, author, note, picture):
            return workloads.upload_text(title, author, note, picture.filename, picture.file)

        @cherry.expose
        @cherry.tools.sessions()
        def visits(self):
            session = cherry.session
            session["visits"] = session.get("visits", 0) + 1
            return workloads.VISITED

        @cherry.expose
        @cherry.tools.caching()
        def cached(self):
            return workloads.CACHED

        @cherry.expose
        @cherry.tools.auth_basic(realm="peers", checkpassword=check_password)
        def secret(self):
            return workloads.SECRET

        @cherry.expose
        @cherry.tools.gzip()
        def long(self):
            return workloads.LONG_TEXT

    five = plain_node(5, leaf=leaf)
    four = plain_node(4, five=five)
    three = plain_node(3, four=four)
    two = plain_node(2, three=three)
    root = Root()
    root.one = plain_node(1, two=two)
    return root


def section_per_node():
    """Return application config with a section for the root and for each of the six nodes."""
    segments = workloads.LEAF_PATH.split("/")
    paths = ["/".join(segments[: length + 1]) for length in range(1, len(segments))]
    config = {path: {"request.show_tracebacks": False} for path in ["/", *paths]}
    config["/static"] = {"tools.staticdir.on": True, "tools.staticdir.dir": pages.FOLDER}
    return config


def build(cherry):
    """Mount the program in `cherry`'s tree and return the tree, as a deployment would."""
    cherry.config.update(GLOBAL_CONFIG)
    tomorrow = datetime.now() + timedelta(days=1)
    cherry.lib.sessions.RamSession.cache[workloads.SESSION_ID] = ({"visits": 0}, tomorrow)
    cherry.tree.mount(make_root(cherry), "", section_per_node())
    return cherry.tree

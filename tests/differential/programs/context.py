"""The proxies, `serving` and `thread_data`, inside a request and in a thread beside it."""

import threading

import cherrypy

counts = {"before": 0, "after": 0}


def in_thread(function):
    found = []

    def run():
        try:
            found.append(repr(function()))
        except Exception as error:
            found.append(type(error).__name__)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


class Root:
    @cherrypy.expose
    def same(self):
        return repr((
            cherrypy.request.app is cherrypy.serving.request.app,
            cherrypy.response.headers is cherrypy.serving.response.headers,
            isinstance(cherrypy.serving.request, cherrypy.serving.request.__class__),
            "app" in dir(cherrypy.request), bool(cherrypy.request),
        ))  # fmt: skip

    @cherrypy.expose
    def write(self):
        cherrypy.request.mark = 1
        cherrypy.response.headers["X-Mark"] = str(cherrypy.serving.request.mark)
        del cherrypy.request.mark
        return repr(hasattr(cherrypy.serving.request, "mark"))

    @cherrypy.expose
    def thread_data(self):
        cherrypy.thread_data.count = getattr(cherrypy.thread_data, "count", 0) + 1
        return str(cherrypy.thread_data.count)

    @cherrypy.expose
    def child_request(self):
        return in_thread(lambda: cherrypy.request.app)

    @cherrypy.expose
    def child_path(self):
        return in_thread(lambda: cherrypy.request.path_info)

    @cherrypy.expose
    def child_data(self):
        cherrypy.thread_data.mine = True
        return in_thread(lambda: hasattr(cherrypy.thread_data, "mine"))

    @cherrypy.expose
    def session(self):
        return repr(hasattr(cherrypy, "session"))

    @cherrypy.expose
    def counts(self):
        return repr(counts["before"] - counts["after"])


def before():
    counts["before"] += 1


def after():
    counts["after"] += 1


cherrypy.engine.subscribe("before_request", before)
cherrypy.engine.subscribe("after_request", after)
cherrypy.tree.mount(Root())

PATHS = """
/same /write /thread_data /thread_data /child_request /child_path /child_data /session
/counts /nowhere /counts
"""
REQUESTS = [{"path": path} for path in PATHS.split()]

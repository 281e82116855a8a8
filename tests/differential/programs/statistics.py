"""cpstats: the names and the kinds of what /data tells, pause and resume, slow queries."""

import json
import logging

import cherrypy
from cherrypy.lib import cpstats


def shape(value):
    """Return what a value is made of: numbers differ from run to run."""
    if isinstance(value, dict):
        return {
            ("thread" if key.isdigit() else key): shape(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


class Root:
    cpstats = cpstats.StatsPage()

    @cherrypy.expose
    def index(self):
        return "counted"

    @cherrypy.expose
    def read(self):
        return cherrypy.request.body.read()

    @cherrypy.expose
    def stream(self):
        return iter(["a", "b"])

    stream._cp_config = {"response.stream": True}

    @cherrypy.expose
    def fail(self):
        raise cherrypy.HTTPError(410)

    @cherrypy.expose
    def fault(self):
        raise ValueError

    @cherrypy.expose
    def own(self):
        numbers = logging.statistics.setdefault("Mine", {"Enabled": True, "Events": 0})
        numbers["Twice"] = lambda scope: scope["Events"] * 2
        numbers["Rows"] = {"a": {"Count": 1, "More": lambda record: record["Count"] + 1}}
        numbers["List"] = [{"Count": 2}]
        numbers["Events"] += 4
        return json.dumps(cpstats.extrapolate_statistics(logging.statistics)["Mine"])


class Uncounted:
    """The page again, where nothing is counted, and what it tells, put into words."""

    @cherrypy.expose
    def shape(self):
        seen = shape(json.loads(cpstats.StatsPage().data()))
        cherrypy.response.headers.pop("Cache-Control", None)
        seen["CherryPy Applications"].pop("Server Version", None)
        return json.dumps(seen, sort_keys=True).encode()

    @cherrypy.expose
    def totals(self):
        numbers = logging.statistics["CherryPy Applications"]
        names = ("Enabled", "Current Requests", "Total Requests", "Total Bytes Read")
        return json.dumps({name: numbers[name] for name in names})

    @cherrypy.expose
    def last(self):
        record = list(logging.statistics["CherryPy Applications"]["Requests"].values())[-1]
        names = ("Bytes Read", "Request-Line", "Response Status")
        return json.dumps({name: record[name] for name in names})

    @cherrypy.expose
    def written(self):
        numbers = logging.statistics["CherryPy Applications"]
        record = list(numbers["Requests"].values())[-1]
        return json.dumps([record["Bytes Written"], numbers["Total Bytes Written"]])

    @cherrypy.expose
    def version(self):
        return str("Server Version" in logging.statistics["CherryPy Applications"])

    @cherrypy.expose
    def slow(self):
        slow = logging.statistics["CherryPy Applications"].get("Slow Queries", [])
        return json.dumps([record["Request-Line"] for record in slow])

    @cherrypy.expose
    def sets(self):
        sets = logging.statistics["CherryPy Applications"].get("URI Set Tracking", {})
        return json.dumps({name: times["Count"] for name, times in sets.items()})


cherrypy.tree.mount(Root(), "", {
    "/": {"tools.cpstats.on": True, "tools.cpstats.uriset": "all"},
    "/read": {"tools.cpstats.slow_queries": 1e-9, "tools.cpstats.slow_queries_count": 2,
              "tools.cpstats.uriset": "read"},
})  # fmt: skip
cherrypy.tree.mount(Uncounted(), "/seen")

NAMES = {"namespace": "CherryPy Applications"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = {"Content-Type": "text/x-mine"}
PRESS = {"method": "POST", "headers": FORM, "body": "namespace=CherryPy+Applications"}


def seen():
    """Look at what was counted so far."""
    return [{"path": f"/seen/{name}"} for name in ("totals", "last", "slow", "sets")]


WRITTEN = {"path": "/seen/written"}
REQUESTS = [{"path": "/"}, *seen(), WRITTEN, {"path": "/stream"}, *seen(), WRITTEN]
REQUESTS += [
    {"path": "/read", "method": "POST", "headers": BODY, "body": "12345", "name": f"read {n}"}
    for n in range(3)
]
REQUESTS += [*seen(), WRITTEN, {"path": "/", "method": "HEAD"}, {**WRITTEN, "name": "HEAD"}]
REQUESTS += [*seen(), {"path": "/fail"}, *seen()]
REQUESTS += [{"path": "/fault"}, *seen(), {"path": "/own"}, {"path": "/own"}]
REQUESTS += [
    {"path": "/seen/shape"},
    {"path": "/seen/version"},
    {"path": "/cpstats/pause", "name": "pause", **PRESS},
    {"path": "/"},
    *seen(),
    {"path": "/cpstats/resume", "name": "resume", **PRESS},
    {"path": "/"},
    *seen(),
    {"path": "/cpstats/pause", "query": "namespace=CherryPy%20Applications"},
    {"path": "/cpstats/pause", "name": "unknown", "method": "POST", "headers": FORM,
     "body": "namespace=Nobody"},
    {"path": "/seen/shape"},
]  # fmt: skip

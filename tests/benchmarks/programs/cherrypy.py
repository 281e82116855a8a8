"""The workloads in the real CherryPy."""

import cherrypy
from programs.cherry_style import build


def application():
    return build(cherrypy)

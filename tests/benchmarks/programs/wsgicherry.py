"""The workloads in wsgicherry."""

from programs.cherry_style import build

import wsgicherry


def application():
    return build(wsgicherry)

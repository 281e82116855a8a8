"""The workloads in Pecan's manner: a tree of controllers, as in CherryPy."""

import pecan
import workloads
from pecan import expose


class Node:
    """One segment of the six; `child` hangs under `name`."""

    def __init__(self, name, child):
        setattr(self, name, child)


class Last:
    @expose()
    def leaf(self):
        name, value = workloads.DEPTH_HEADER
        pecan.response.headers[name] = value
        return workloads.LEAF


class Root:
    def __init__(self):
        node = Last()
        for name in reversed(workloads.LEAF_PATH.split("/")[2:-1]):
            node = Node(name, node)
        self.one = node

    @expose()
    def index(self):
        return workloads.HELLO

    @expose()
    def items(self, number, color, size):
        return workloads.item_text(number, color, size)

    @expose("json")
    def orders(self):
        return workloads.order_reply(pecan.request.json)

    @expose()
    def contact(self, name, email, city, note, tag):
        return workloads.form_text(name, email, city, note, tag)

    @expose()
    def survey(self, **fields):
        return workloads.fields_text(fields)

    @expose()
    def upload(self, title, author, note, picture):
        return workloads.upload_text(title, author, note, picture.filename, picture.file)


def application():
    return pecan.Pecan(Root())

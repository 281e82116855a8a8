"""The default dispatcher: index, default, virtual path, slashes, aliases, punctuation."""

import json

import cherrypy


def show(name, *args, **kwargs):
    request = cherrypy.request
    return json.dumps([name, args, kwargs, request.is_index, request.path_info], sort_keys=True)


class Leaf:
    @cherrypy.expose
    def index(self, *args, **kwargs):
        return show("leaf.index", *args, **kwargs)

    @cherrypy.expose
    def page(self, *args, **kwargs):
        return show("leaf.page", *args, **kwargs)


class OnlyDefault:
    @cherrypy.expose
    def default(self, *args, **kwargs):
        return show("only.default", *args, **kwargs)


class Both:
    @cherrypy.expose
    def index(self):
        return show("both.index")

    @cherrypy.expose
    def default(self, *args, **kwargs):
        return show("both.default", *args, **kwargs)

    @cherrypy.expose
    def meth(self, *args):
        return show("both.meth", *args)

    deep = Leaf()


class CallableNode:
    """An exposed instance: its __call__ takes the rest of the path."""

    exposed = True

    def __call__(self, *args, **kwargs):
        return show("callable", *args, **kwargs)

    @cherrypy.expose
    def inner(self, *args):
        return show("callable.inner", *args)


class NotCallable:
    exposed = True


class DefaultAndCall:
    exposed = True

    def __call__(self, *args):
        return show("call", *args)

    @cherrypy.expose
    def default(self, *args):
        return show("default beats call", *args)


@cherrypy.expose
class ExposedClass:
    """An exposed class is called as a handler itself."""

    def __init__(self, *args):
        self.args = args

    def __iter__(self):
        return iter([show("class", *self.args).encode()])


class Hidden:
    def index(self):
        return "never"

    @cherrypy.expose
    def seen(self):
        return show("hidden.seen")

    def attribute(self):
        return "never"

    attribute.exposed = False


class NoIndex:
    """A class without an index."""

    value = 42
    nothing = None

    @cherrypy.expose
    def page(self):
        return show("noindex.page")


def function(*args, **kwargs):
    return show("function", *args, **kwargs)


function.exposed = True


class Root:
    leaf = Leaf()
    only = OnlyDefault()
    both = Both()
    node = CallableNode()
    odd = NotCallable()
    mixed = DefaultAndCall()
    klass = ExposedClass
    hidden = Hidden()
    bare = NoIndex()

    @cherrypy.expose
    def index(self, *args, **kwargs):
        return show("index", *args, **kwargs)

    @cherrypy.expose
    def page(self, *args, **kwargs):
        return show("page", *args, **kwargs)

    @cherrypy.expose("other-name")
    def original(self):
        return show("original")

    @cherrypy.expose(["first.alias", "second"])
    def many(self):
        return show("many")

    @cherrypy.expose(alias="keyword")
    def by_keyword(self):
        return show("by_keyword")

    @cherrypy.expose()
    def called(self):
        return show("called")

    @cherrypy.expose
    def my_page_html(self):
        return show("my_page_html")

    @staticmethod
    @cherrypy.expose
    def static(*args):
        return show("static", *args)

    def old_style(self):
        return show("old_style")

    old_style.exposed = True

    def secret(self):
        return "never"

    @cherrypy.expose
    def café(self):
        return show("cafe")

    exposed_lambda = lambda self: show("lambda")  # noqa: E731
    exposed_lambda.exposed = True


root = Root()
root.function = function
cherrypy.tree.mount(root)

PATHS = """
/ // /index /index/ /index/a /page /page/ /page/1 /page/1/2 /page//1 //page /page/1/ /Page
/nothing /nothing/at/all /secret /secret/ /page/nested/deep/path /leaf /leaf/ /leaf/index
/leaf/index/x /leaf/x /leaf/page /leaf/page/ /leaf/page/x/y /only /only/ /only/a /only/a/
/only/a/b/c /only/default /only/default/x /only/index /both /both/ /both/x /both/x/
/both/x/y /both/meth /both/meth/1/2 /both/index /both/default /both/deep /both/deep/
/both/deep/x /both/deep/page /both/deep/page/x /both/deeper /node /node/ /node/a/b
/node/inner /node/inner/x /odd /mixed /mixed/ /mixed/x /klass /klass/a /hidden /hidden/
/hidden/seen /hidden/attribute /bare /bare/ /bare/page /bare/value /bare/nothing
/bare/page/x /original /other-name /other_name /first.alias /first_alias /second /many
/keyword /by_keyword /called /my-page.html /my_page_html /my~page!html /my-page.html/x
/static /static/1 /old_style /function /function/x /exposed_lambda /caf%C3%A9 /caf%c3%a9/
/page/%C3%A9 /page/a%20b /page/a+b /page/a%2Fb /page/a%2fb/c /page/%2525 /page/a%3Fb
/page/a%3Bb /page;x=1 /page/.. /leaf/../page /leaf/./page /page/. /leaf%2Fpage
/page/__class__ /__class__ /__init__ /page/__func__/x/y /leaf/__dict__ /--class-- /_private
/page/%E9 /%FF /page/%00 /only/__x__ /only/__init__
"""

REQUESTS = [{"path": path} for path in PATHS.split()]
REQUESTS += [
    {"path": "/page", "query": "a=1&b=2"},
    {"path": "/leaf", "query": "a=1"},
    {"path": "/both", "query": "a=%C3%A9&b"},
    {
        "method": "POST",
        "path": "/leaf",
        "note": "a redirect for the slash, whatever the method",
    },
    {"method": "POST", "path": "/page"},
    {"method": "HEAD", "path": "/page"},
    {"method": "DELETE", "path": "/page/1"},
    {"name": "empty path", "path": ""},
]

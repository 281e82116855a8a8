"""The workloads in Pyramid's manner."""

import pages
import workloads
from pyramid.config import Configurator
from pyramid.response import Response


def hello(request):
    return Response(workloads.HELLO)


def item(request):
    query = request.GET
    number = request.matchdict["number"]
    return Response(workloads.item_text(number, query["color"], query["size"]))


def order(request):
    return workloads.order_reply(request.json_body)


def contact(request):
    form = request.POST
    first = [form[name] for name in ("name", "email", "city", "note")]
    return Response(workloads.form_text(*first, form.getall("tag")))


def survey(request):
    return Response(workloads.fields_text(request.POST))


def upload(request):
    form, picture = request.POST, request.POST["picture"]
    first = [form[name] for name in ("title", "author", "note")]
    return Response(workloads.upload_text(*first, picture.filename, picture.file))


def leaf(request):
    name, value = workloads.DEPTH_HEADER
    response = Response(workloads.LEAF)
    response.headers[name] = value
    return response


ROUTES = (
    # name      pattern               method  view      renderer
    ("hello", "/", "GET", hello, None),
    ("item", "/items/{number}", "GET", item, None),
    ("orders", "/orders", "POST", order, "json"),
    ("contact", "/contact", "POST", contact, None),
    ("survey", "/survey", "POST", survey, None),
    ("upload", "/upload", "POST", upload, None),
    ("leaf", workloads.LEAF_PATH, "GET", leaf, None),
)


def application():
    with Configurator() as config:
        config.add_static_view("static", pages.FOLDER)
        for name, pattern, method, view, renderer in ROUTES:
            config.add_route(name, pattern, request_method=method)
            config.add_view(view, route_name=name, renderer=renderer)
        return config.make_wsgi_app()

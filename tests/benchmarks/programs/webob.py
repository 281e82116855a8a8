"""WebOb alone: `webob.Request` in, `webob.Response` out, a dict for the dispatch."""

import pages
import workloads
from webob import Request, Response
from webob.exc import HTTPNotFound
from webob.static import DirectoryApp


def hello(request):
    return Response(workloads.HELLO)


def item(request):
    number = request.environ["PATH_INFO"][len("/items/") :]
    query = request.GET
    return Response(workloads.item_text(number, query["color"], query["size"]))


def order(request):
    return Response(json_body=workloads.order_reply(request.json_body))


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


def long(request):
    response = Response(workloads.LONG_TEXT)
    response.encode_content("gzip")
    return response


def missing(request):
    return HTTPNotFound()


FILES = DirectoryApp(pages.FOLDER)
PAGES = {
    "/": hello,
    "/orders": order,
    "/contact": contact,
    "/survey": survey,
    "/upload": upload,
    workloads.LEAF_PATH: leaf,
    "/long": long,
}


def respond(environ, start_response):
    request = Request(environ)
    path = environ["PATH_INFO"]
    if path.startswith("/static/"):
        request.path_info_pop()
        return FILES(request)(environ, start_response)
    page = PAGES.get(path) or (item if path.startswith("/items/") else missing)
    return page(request)(environ, start_response)


def application():
    return respond

"""The workloads in Falcon's manner."""

from tempfile import SpooledTemporaryFile

import falcon
import pages
import workloads
from falcon.media.multipart import MultipartForm

MAX_BYTES_IN_MEMORY = 64 * 1024


class Hello:
    def on_get(self, request, response):
        response.text = workloads.HELLO


class Item:
    def on_get(self, request, response, number):
        color, size = request.get_param("color"), request.get_param("size")
        response.text = workloads.item_text(number, color, size)


class Orders:
    def on_post(self, request, response):
        response.content_type = falcon.MEDIA_JSON
        response.media = workloads.order_reply(request.get_media())


class Contact:
    def on_post(self, request, response):
        form = request.get_media()
        response.text = workloads.form_text(
            form["name"], form["email"], form["city"], form["note"], form["tag"]
        )


class Survey:
    def on_post(self, request, response):
        form = request.get_media()
        if isinstance(form, MultipartForm):
            form = {part.name: part.text for part in form}
        response.text = workloads.fields_text(form)


class Upload:
    """Falcon gives the parts as streams: where a file goes is the program's affair."""

    def on_post(self, request, response):
        fields = {}
        with SpooledTemporaryFile(MAX_BYTES_IN_MEMORY) as file:
            for part in request.get_media():
                if part.filename is None:
                    fields[part.name] = part.text
                else:
                    filename = part.filename
                    part.stream.pipe(file)
            first = [fields[name] for name in ("title", "author", "note")]
            response.text = workloads.upload_text(*first, filename, file)


class Leaf:
    def on_get(self, request, response):
        response.set_header(*workloads.DEPTH_HEADER)
        response.text = workloads.LEAF


def application():
    app = falcon.App(media_type=falcon.MEDIA_HTML)
    handlers = app.req_options.media_handlers
    handlers[falcon.MEDIA_MULTIPART] = falcon.media.MultipartFormHandler()
    app.add_static_route("/static", pages.FOLDER)
    app.add_route("/", Hello())
    app.add_route("/items/{number}", Item())
    app.add_route("/orders", Orders())
    app.add_route("/contact", Contact())
    app.add_route("/survey", Survey())
    app.add_route("/upload", Upload())
    app.add_route(workloads.LEAF_PATH, Leaf())
    return app

"""The workloads in Falcon's manner."""

import falcon
import workloads


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


class Leaf:
    def on_get(self, request, response):
        response.set_header(*workloads.DEPTH_HEADER)
        response.text = workloads.LEAF


def application():
    app = falcon.App(media_type=falcon.MEDIA_HTML)
    app.add_route("/", Hello())
    app.add_route("/items/{number}", Item())
    app.add_route("/orders", Orders())
    app.add_route("/contact", Contact())
    app.add_route(workloads.LEAF_PATH, Leaf())
    return app

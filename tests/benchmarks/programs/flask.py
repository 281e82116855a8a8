"""The workloads in Flask's manner."""

import pages
import workloads
from flask import Flask, request

app = Flask("benchmark", static_folder=pages.FOLDER, static_url_path="/static")


@app.get("/")
def hello():
    return workloads.HELLO


@app.get("/items/<number>")
def item(number):
    return workloads.item_text(number, request.args["color"], request.args["size"])


@app.post("/orders")
def order():
    return workloads.order_reply(request.get_json())


@app.post("/contact")
def contact():
    form = request.form
    return workloads.form_text(
        form["name"], form["email"], form["city"], form["note"], form.getlist("tag")
    )


@app.post("/survey")
def survey():
    return workloads.fields_text(request.form.to_dict())


@app.post("/upload")
def upload():
    form, picture = request.form, request.files["picture"]
    first = [form[name] for name in ("title", "author", "note")]
    return workloads.upload_text(*first, picture.filename, picture.stream)


@app.get(workloads.LEAF_PATH)
def leaf():
    return workloads.LEAF, [workloads.DEPTH_HEADER]


def application():
    return app

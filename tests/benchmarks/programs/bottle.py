"""The workloads in Bottle's manner."""

import pages
import workloads
from bottle import Bottle, auth_basic, request, response, static_file

app = Bottle()


@app.get("/")
def hello():
    return workloads.HELLO


@app.get("/items/<number>")
def item(number):
    return workloads.item_text(number, request.query.color, request.query.size)


@app.post("/orders")
def order():
    return workloads.order_reply(request.json)


@app.post("/contact")
def contact():
    form = request.forms.decode()
    return workloads.form_text(
        form["name"], form["email"], form["city"], form["note"], form.getall("tag")
    )


@app.post("/survey")
def survey():
    return workloads.fields_text(request.forms.decode())


@app.post("/upload")
def upload():
    form, picture = request.forms.decode(), request.files.picture
    first = [form[name] for name in ("title", "author", "note")]
    return workloads.upload_text(*first, picture.filename, picture.file)


@app.get(workloads.LEAF_PATH)
def leaf():
    response.set_header(*workloads.DEPTH_HEADER)
    return workloads.LEAF


@app.get("/static/<path:path>")
def static(path):
    return static_file(path, root=pages.FOLDER)


@app.get("/secret")
@auth_basic(lambda user, password: (user, password) == (workloads.USER, workloads.PASSWORD))
def secret():
    return workloads.SECRET


def application():
    return app

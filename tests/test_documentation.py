"""README.md and docs/: each sample runs, each generated table is current, each link leads on.

A sample is a `python` block, with the `pycon` and `console` blocks that follow it under the
same heading. It runs in a process of its own, in a folder that holds the config files shown
before it (fences such as "```ini app.conf"). `curl` in a `console` block is done in process.

Write the generated tables anew: python tests/test_documentation.py
"""

from __future__ import annotations

import doctest
import functools
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = (
    REPOSITORY / "README.md",
    REPOSITORY / "deploy" / "README.md",
    REPOSITORY / "examples" / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
)
FENCE = re.compile(r"^```(\w+)?[ \t]*(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
RUN_SECONDS = 60


class Block(NamedTuple):
    """One fenced block: `line` is where its text begins, `section` counts headings above."""

    line: int
    language: str
    name: str
    text: str
    section: int


class Sample(NamedTuple):
    """Code to run, with the blocks that show what comes of it and the files it needs."""

    line: int
    blocks: list[Block]
    files: dict[str, str]


def read_blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    fences = list(FENCE.finditer(text))
    inside = [range(fence.start(), fence.end()) for fence in fences]
    headings = [
        heading.start()
        for heading in HEADING.finditer(text)
        if not any(heading.start() in fence for fence in inside)
    ]
    return [
        Block(
            text.count("\n", 0, fence.start(3)) + 1,
            fence[1] or "",
            fence[2],
            fence[3],
            sum(start < fence.start() for start in headings),
        )
        for fence in fences
    ]


def read_samples(text: str) -> list[Sample]:
    """Return the samples of a page."""
    samples: list[Sample] = []
    files: dict[str, str] = {}
    section = -1
    for block in read_blocks(text):
        if block.name:
            files[block.name] = block.text
        if block.language not in ("python", "pycon", "console"):
            continue
        if block.language == "python" or block.section != section:
            samples.append(Sample(block.line, [], dict(files)))
        section = block.section
        samples[-1].blocks.append(block)
    return samples


def read_page(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


# Running samples: in a process that forks once for each ---------------------------------------


def run_samples(page: Path) -> dict[int, str]:
    """Return {line: what went wrong, '' for nothing} for the samples of a page."""
    import wsgicherry  # noqa: F401 - once, for all the children

    return {sample.line: run_in_child(page, sample) for sample in read_samples(read_page(page))}


def run_in_child(page: Path, sample: Sample) -> str:
    """Run a sample in a forked child and a folder of its own; return its error."""
    reader, writer = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if not child:
            error = ""
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.chdir(folder)
                run_sample(page, sample)
            except BaseException:
                error = traceback.format_exc()
            os.write(writer, error.encode()[-60_000:])
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            error = pipe.read().decode()
        os.waitpid(child, 0)
    return error


def run_sample(page: Path, sample: Sample) -> None:
    """Run the code, hold its config against the checks, perform what is shown."""
    import wsgicherry
    from wsgicherry.globals import site

    for name, text in sample.files.items():
        Path(name).write_text(text)

    def mount(root=None, script_name="", config=None):
        if config:
            wsgicherry.config.update(config)
        wsgicherry.tree.mount(root, script_name, config)

    wsgicherry.quickstart = mount
    wsgicherry.engine.signals.subscribe = lambda: None
    wsgicherry.engine.start = wsgicherry.engine.block = lambda *_: None
    namespace = {"__name__": "__main__", "wsgicherry": wsgicherry}
    for block in sample.blocks:
        if block.language == "python":
            code = "\n" * (block.line - 1) + block.text
            exec(compile(code, str(page), "exec"), namespace)
            wrong = [str(finding) for finding in site.check() if finding.severity == "error"]
            assert not wrong, "\n".join(wrong)
        elif block.language == "pycon":
            run_doctest(page, block, namespace)
        else:
            run_console(block, namespace.get("wsgi", wsgicherry.tree))


def run_doctest(page: Path, block: Block, namespace: dict) -> None:
    """Run an interactive session in `namespace`."""
    parser, report = doctest.DocTestParser(), io.StringIO()
    test = parser.get_doctest(block.text, namespace, page.name, str(page), block.line - 1)
    test.globs = namespace
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=report.write, clear_globs=False)
    assert not runner.failures, report.getvalue()


def run_console(block: Block, wsgi) -> None:
    """Perform each `$ curl ...` and compare what it would print."""
    for shown in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = shown.partition("\n")
        is_long = False
        while command.endswith("\\"):
            rest, _, expected = expected.partition("\n")
            command, is_long = command[:-1] + rest, True
        assert command.startswith("curl "), f"Only curl can be performed, not {command!r}."
        compare(expected.rstrip("\n"), perform(command, wsgi), command + " \\" * is_long)


def perform(command: str, wsgi) -> tuple[str, list[str], str, bool]:
    """Return (status line, header lines, body, whether the headers are shown)."""
    from webob import Request

    words = iter(shlex.split(command)[1:])
    method, headers, body, url, is_headed = "", {"Accept": "*/*"}, None, "", False
    form: list[str] = []
    jar = Path(os.devnull)
    for word in words:
        if word == "-i":
            is_headed = True
        elif word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(":")
            headers[name] = value.strip()
        elif word == "-u":
            headers["Authorization"] = f"Basic {b64encode(next(words).encode()).decode()}"
        elif word == "-b":
            cookies = next(words)
            headers["Cookie"] = cookies if "=" in cookies else read_jar(Path(cookies))
        elif word == "-c":
            jar = Path(next(words))
        elif word == "-d":
            body = next(words).encode()
        elif word == "-F":
            form.append(next(words))
        elif word == "--data-binary":
            body = Path(next(words).removeprefix("@")).read_bytes()
        else:
            assert not word.startswith("-"), f"curl {word} is not known here."
            url = word if "://" in word else f"http://{word}"
    if form:
        body = encode_form(form)
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    request = Request.blank(url, method=method or ("GET" if body is None else "POST"))
    request.environ["SERVER_PROTOCOL"] = "HTTP/1.1"
    headers.setdefault("Host", url.split("/")[2])
    request.environ["REQUEST_URI"] = url.split("/", 3)[3].join(("/", ""))
    if body is not None:
        request.body = body
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    request.headers.update(headers)
    response = request.get_response(wsgi)
    chunks, body = response.app_iter, response.body
    if hasattr(chunks, "close"):
        chunks.close()  # as a server does; WebOb leaves a body of one block open
    if response.headers.getall("Set-Cookie"):
        fill_jar(jar, response.headers.getall("Set-Cookie"))
    lines = [f"{name}: {value}" for name, value in response.headers.items()]
    return f"HTTP/1.1 {response.status}", lines, body.decode(), is_headed


def read_jar(jar: Path) -> str:
    """Return the header Cookie for what a jar holds."""
    return jar.read_text() if jar.exists() else ""


def fill_jar(jar: Path, set_cookies: list[str]) -> None:
    """Put cookies into the jar, each in the place of one with its name; drop ended ones."""
    kept = dict(pair.split("=", 1) for pair in read_jar(jar).split("; ") if pair)
    for each in set_cookies:
        name, _, value = each.partition(";")[0].partition("=")
        kept.pop(name, None)
        if "max-age=0" not in each.lower().split("; "):
            kept[name] = value
    jar.write_text("; ".join(f"{name}={value}" for name, value in kept.items()))


BOUNDARY = "------------------------d74496d66958873e"


def encode_form(fields: list[str]) -> bytes:
    """Return what curl sends for its -F options: 'name=text' or 'name=@file;type=...'."""
    lines = []
    for field in fields:
        name, _, text = field.partition("=")
        head, content = f'form-data; name="{name}"', text.encode()
        if text.startswith("@"):
            file, _, kind = text[1:].partition(";type=")
            kind = kind or "application/octet-stream"
            head += f'; filename="{file}"\r\nContent-Type: {kind}'
            content = Path(file).read_bytes()
        lines.append(f"--{BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n".encode() + content)
    return b"\r\n".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


def compare(expected: str, answer: tuple[str, list[str], str, bool], command: str) -> None:
    """Compare what is shown with an answer; '...' stands for anything."""
    status, headers, body, is_headed = answer
    if is_headed:
        head, has_body, expected = expected.partition("\n\n")
        first, *wanted = head.splitlines()
        assert first == status, f"{command}: {status}, {body}"
        for line in wanted:
            found = any(matches(line, header) for header in headers)
            assert found, f"{command}: no header {line!r} in {headers}"
        if not has_body:
            return
    assert matches(expected, body.rstrip("\n")), f"{command}: {body!r}, not {expected!r}"


def matches(pattern: str, text: str) -> bool:
    """Tell whether `text` is `pattern`, in which '...' stands for anything."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("..."))), text, re.DOTALL))


# Tables that are generated --------------------------------------------------------------------


def make_settings() -> str:
    """Return a table of each namespace's config keys."""
    from wsgicherry.core.settings import name_types, reference

    parts, namespace = [], None
    for setting in reference():
        if setting.namespace != namespace:
            namespace = setting.namespace
            title = f"`{namespace}.*`" if namespace else "Without a namespace"
            parts.append(
                f"\n#### {title}\n\n| Key | Takes | Default | Meaning |\n|---|---|---|---|"
            )
        takes = " or ".join(f"`{value!r}`" for value in setting.allowed)
        takes = takes or (name_types(setting.types) if setting.types else "anything")
        parts.append(row(f"`{setting.key}`", takes, f"`{setting.default!r}`", setting.doc))
    return "\n".join(parts).lstrip("\n") + "\n\n"


# Where each tool is explained, with samples.
GUIDES = {
    "accept": "#which-requests-get-an-answer-allow-accept-referer",
    "allow": "#which-requests-get-an-answer-allow-accept-referer",
    "auth_basic": "authentication.md#basic",
    "auth_digest": "authentication.md#digest",
    "autovary": "#which-headers-there-are-response_headers-ignore_headers-autovary",
    "caching": "caching.md",
    "compress": "compression.md",
    "cors": "cors.md",
    "cpstats": "diagnostics.md#see-what-is-slow",
    "csrf": "csrf.md",
    "decode": "#text-in-which-charset-encode-decode",
    "encode": "#text-in-which-charset-encode-decode",
    "err_redirect": "#go-on-elsewhere-redirect-err_redirect-trailing_slash",
    "etags": "conditional.md#say-whether-a-copy-is-still-good",
    "expires": "conditional.md#say-how-long-a-copy-is-good",
    "flatten": "#a-page-made-of-generators-flatten",
    "gzip": "compression.md#gzip-as-in-cherrypy",
    "ignore_headers": "#which-headers-there-are-response_headers-ignore_headers-autovary",
    "json_in": "json.md",
    "json_out": "json.md",
    "log_headers": "#what-is-logged-log_tracebacks-log_headers-log_hooks",
    "log_hooks": "#what-is-logged-log_tracebacks-log_headers-log_hooks",
    "log_tracebacks": "#what-is-logged-log_tracebacks-log_headers-log_hooks",
    "params": "parameters.md",
    "proxy": "proxies.md",
    "ratelimit": "ratelimit.md",
    "redirect": "#go-on-elsewhere-redirect-err_redirect-trailing_slash",
    "referer": "#which-requests-get-an-answer-allow-accept-referer",
    "response_headers": "#which-headers-there-are-response_headers-ignore_headers-autovary",
    "secure_headers": "security.md#headers-that-have-browsers-help",
    "session_auth": "login.md",
    "sessions": "sessions.md",
    "staticdir": "static.md#a-directory",
    "staticfile": "static.md#one-file",
    "trailing_slash": "#go-on-elsewhere-redirect-err_redirect-trailing_slash",
    "xmlrpc": "xmlrpc.md",
}


def make_tools() -> str:
    """Return a table of the built-in tools: what each does, and where to read on."""
    from wsgicherry.toolbox import make_toolbox

    parts = ["| Tool | What it does | Settings | Runs at | Priority |\n|---|---|---|---|---|"]
    for name, tool in sorted(make_toolbox().tools().items()):
        priority = getattr(tool.callable, "priority", tool._priority)
        paragraph = " ".join((tool.callable.__doc__ or "").partition("\n\n")[0].split())
        sentence = re.split(r"(?<=\.) ", paragraph.replace("`", ""))[0]
        point = f"`{tool._point}`" if tool._point else "unexpected errors"
        settings = f"[all](tools-settings.md#{name})"
        parts.append(
            row(f"[`{name}`]({GUIDES[name]})", sentence, settings, point, str(priority))
        )
    return "\n".join(parts) + "\n"


def make_tool_settings() -> str:
    """Return a table of the settings of each built-in tool."""
    from wsgicherry.core.settings import describe
    from wsgicherry.core.toolsettings import tool_settings
    from wsgicherry.toolbox import make_toolbox

    parts = []
    for name, tool in sorted(make_toolbox().tools().items()):
        parts.append(f"\n## {name}\n")
        parts.append("| Setting | Takes | Default | Meaning |\n|---|---|---|---|")
        for setting in tool_settings(tool).values():
            default = getattr(setting.default, "__name__", None) or repr(setting.default)
            parts.append(
                row(f"`{setting.key}`", describe(setting), f"`{default}`", setting.doc)
            )
    return "\n".join(parts).lstrip("\n") + "\n"


def make_environments() -> str:
    """Return a table of what each environment sets."""
    from wsgicherry.core.config import environments

    keys = list(dict.fromkeys(key for preset in environments.values() for key in preset))
    parts = [row("Key", *environments), "|---" * (len(environments) + 1) + "|"]
    for key in keys:
        values = (
            f"`{preset[key]}`" if key in preset else "" for preset in environments.values()
        )
        parts.append(row(f"`{key}`", *values))
    return "\n".join(parts) + "\n"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


TABLES = {
    "settings": make_settings,
    "tools": make_tools,
    "tool_settings": make_tool_settings,
    "environments": make_environments,
}


def generate(text: str) -> str:
    """Return a page with its generated tables made anew."""
    return GENERATED.sub(lambda found: found[1] + TABLES[found[2]]() + found[4], text)


# Tests ----------------------------------------------------------------------------------------


@functools.cache
def results(page: Path) -> dict[str, str]:
    """Run the samples of a page in one process; return {line: error}."""
    done = subprocess.run(
        [sys.executable, __file__, str(page)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


SAMPLES = [
    pytest.param(page, sample.line, id=f"{page.name}:{sample.line}")
    for page in PAGES
    for sample in read_samples(read_page(page))
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.mark.parametrize(("page", "line"), SAMPLES)
def test_sample(page, line):
    """The sample runs as it stands, and answers what the page says."""
    error = results(page)[str(line)]
    assert not error, error


@each_page
def test_config_blocks_can_be_read(page, monkeypatch):
    """Every INI and TOML block is config that the toolkit reads, and takes for sessions."""
    from wsgicherry.core.sources import load
    from wsgicherry.toolbox import make_toolbox

    for block in read_blocks(read_page(page)):
        if block.language in ("ini", "toml"):
            file = io.StringIO(block.text)
            file.name = f"{page.name}:{block.line}.{block.language}"
            for name in re.findall(r'env\("(\w*SECRET)"\)', block.text):
                monkeypatch.setenv(name, "0123456789abcdef")
            loaded = load(file)
            assert loaded
            settings = loaded.get("/", {}) if "/" in loaded else {}
            keys = [key for key in settings if key.startswith("tools.sessions.")]
            given = {key.split(".")[2]: settings[key] for key in keys}
            given.pop("on", None)
            assert not make_toolbox().tools()["sessions"].find_fault(given)


def test_every_setting_of_sessions_is_in_the_table():
    """docs/sessions.md names each setting of `tools.sessions`, with the default it has."""
    from wsgicherry.lib.sessions import builtin
    from wsgicherry.lib.sessions.settings import list_settings

    text = read_page(REPOSITORY / "docs" / "sessions.md").partition("## All settings")[2]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `(.+?)` \|", text, re.MULTILINE)
    defaults = {}
    for name, parameter in list_settings().items():
        of_classes = [getattr(kind, name, None) for kind in builtin.BUILTIN.values()]
        is_there = parameter.default is not parameter.empty
        found = parameter.default if is_there else of_classes[0] or of_classes[1]
        defaults[name] = repr("ram" if name == "storage_class" else found)
    assert dict(rows) == defaults


# Pages with a table of all settings of a tool, written by hand.
EXPLAINED = {
    "caching": "caching.md",
    "compress": "compression.md",
    "cors": "cors.md",
    "cpstats": "diagnostics.md",
    "csrf": "csrf.md",
    "proxy": "proxies.md",
    "secure_headers": "security.md",
    "staticdir": "static.md",
    "xmlrpc": "xmlrpc.md",
}


@pytest.mark.parametrize(("name", "page"), EXPLAINED.items())
def test_a_table_of_settings_names_all(name, page):
    """The page about a tool has each of its settings in the first column of a table."""
    from wsgicherry.toolbox import make_toolbox

    firsts = re.findall(r"^\| ([^|]+) \|", read_page(REPOSITORY / "docs" / page), re.MULTILINE)
    named = set(re.findall(r"`(?:tools\.\w+\.)?(\w+)`", " ".join(firsts)))
    assert make_toolbox().tools()[name].arguments().keys() - {"debug"} - named == set()


@each_page
def test_generated_tables_are_current(page):
    """Each generated table is what the code says; the top of this file says how to renew it."""
    assert generate(read_page(page)) == read_page(page)


@each_page
def test_links_lead_somewhere(page):
    """Each link to a file of ours, and to a heading in it, finds it."""
    text = FENCE.sub("", read_page(page))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = HEADING.findall(FENCE.sub("", read_page(page)))
    words = (re.sub(r"[^\w\- ]", "", heading).strip().lower() for heading in headings)
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_the_readme_has_one_line_to_run_and_one_to_test(heading):
    """Each of the two sections has one `sh` block with one line, which does all the set-up."""
    section = read_page(PAGES[0]).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (block,) = [each for each in read_blocks(section) if each.language == "sh"]
    (line,) = block.text.splitlines()
    assert line.startswith("python3 -m venv .venv && ")
    assert all(Path(REPOSITORY, each).exists() for each in re.findall(r"examples/\S+", line))


@pytest.mark.parametrize(
    "page", [REPOSITORY / "README.md", REPOSITORY / "docs" / "from-cherrypy.md"], ids=str
)
def test_the_keys_for_the_old_way_exist(page):
    """Each key in the last column of a table of differences is one that the toolkit takes."""
    from wsgicherry.core.settings import find_setting
    from wsgicherry.toolbox import make_toolbox

    tools = make_toolbox().tools()
    tables = re.findall(r"^\| CherryPy \|.*\n(?:\|.*\n)+", read_page(page), re.MULTILINE)
    assert tables
    for line in "".join(tables).splitlines():
        last = line.split("|")[-2]
        for key in re.findall(r"`([a-z_]+\.[a-z_.]+)(?: = [^`]+)?`", last):
            namespace, name, *rest = key.split(".")
            if namespace == "tools":
                assert rest[0] in {"on", "priority", *tools[name].arguments()}, key
            else:
                assert find_setting(key), key


def test_the_architecture_names_every_file():
    """docs/architecture.md names each file of the package, and none that is not there."""
    text = read_page(REPOSITORY / "docs" / "architecture.md")
    package = REPOSITORY / "wsgicherry"
    files = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    files = {
        name for name in files if name == "__init__.py" or not name.endswith("/__init__.py")
    }
    named = set(re.findall(r"`((?:\w+/)*\w+\.py)`", text))
    assert files - named == set(), "not named"
    assert named - files == set(), "named, but not there"


def test_nothing_names_the_machine_it_was_written_on():
    """No page and no example names the folder it lies in, or its author's home."""
    folders = (f"{REPOSITORY}/", f"{Path.home()}/")
    for path in (*PAGES, REPOSITORY / "CHANGES.md", *(REPOSITORY / "examples").iterdir()):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [folder for folder in folders if folder in text], path


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(json.dumps(run_samples(Path(sys.argv[1]))))
    else:
        for each in PAGES:
            each.write_text(generate(read_page(each)), encoding="utf-8")

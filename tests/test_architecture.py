"""The house's own rules (DESIGN.md section 3): imports run down, globals in one room, small
files.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import wsgicherry

PACKAGE = Path(wsgicherry.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(file.relative_to(PACKAGE)) for file in FILES]
MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 450

each_file = pytest.mark.parametrize("file", FILES, ids=NAMES)


def parse(file):
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def commented_lines(file):
    with open(file, "rb") as source:
        return {
            t.start[0] for t in tokenize.tokenize(source.readline) if t.type == tokenize.COMMENT
        }


@each_file
def test_no_file_imports_the_package_by_name(file):
    """No file inside the package says `import wsgicherry`: imports are relative."""
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.Import):
            assert not [a.name for a in node.names if a.name.split(".")[0] == "wsgicherry"]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] != "wsgicherry"


@each_file
def test_imports_in_functions_say_why(file):
    """An import inside a function has a comment: an optional dependency, or time at start."""
    comments = commented_lines(file)
    for function in functions(parse(file)):
        for node in ast.walk(function):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                lines = {node.lineno - 2, node.lineno - 1, node.lineno}
                assert lines & comments, f"{file.name}:{node.lineno}"


# What lives: a module that makes one of these holds state or a resource for the whole process.
SERVICE_CALLS = {
    *(
        "Application",
        "Bus",
        "Channels",
        "Condition",
        "CurrentServing",
        "Engine",
        "Event",
        "Lock",
    ),
    *("LogManager", "Monitor", "Proxy", "RLock", "Server", "Site", "SiteConfig", "Thread"),
    *("ThreadData", "ThreadPoolExecutor", "Toolbox", "Tree", "local", "make_toolbox", "open"),
    "socket",
}


def module_calls(tree):
    """Yield the names of what is called when a module is imported, outside of functions and
    classes.
    """
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Lambda):
                continue
            if isinstance(node, ast.Call):
                function = node.func
                yield getattr(function, "id", getattr(function, "attr", "")), node.lineno


@each_file
def test_only_one_room_makes_objects_for_the_process(file):
    """Services (sites, buses, locks, logs, threads ...) are made in `globals.py` alone.

    `core/current.py` has its slot, a ContextVar, which is a value.
    """
    if file.name == "globals.py":
        return
    made = [(name, line) for name, line in module_calls(parse(file)) if name in SERVICE_CALLS]
    assert made == []


def test_the_department_makes_them():
    """`globals.py` is where they are made; the rule above would see them."""
    made = {name for name, _ in module_calls(parse(PACKAGE / "globals.py"))}
    assert {"Site", "Proxy", "CurrentServing", "ThreadData"} <= made


@each_file
def test_functions_are_short(file):
    """No function is longer than 60 lines."""
    long = [
        (f.name, f.end_lineno - f.lineno + 1)
        for f in functions(parse(file))
        if f.end_lineno - f.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


@each_file
def test_files_are_short(file):
    """No file is longer than 450 lines: one that wants more is two ideas."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


# Words that mean the same wherever they are.
INHERITED_DOCS = {
    *("clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault"),
    *("update", "values"),
}


@each_file
def test_public_things_have_docstrings(file):
    """Modules, public classes, functions and methods say what they are for."""
    tree = parse(file)
    source = file.read_text(encoding="utf-8").strip()
    missing = [] if ast.get_docstring(tree) or not source else ["module"]
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                missing.append(node.name)
            if isinstance(node, ast.ClassDef):
                missing += [
                    f"{node.name}.{method.name}"
                    for method in node.body
                    if isinstance(method, ast.FunctionDef)
                    and not method.name.startswith("_")
                    and method.name not in INHERITED_DOCS
                    and not ast.get_docstring(method)
                    and not is_stub_or_setter(method)
                ]
    assert missing == []


def is_stub_or_setter(method):
    """Tell whether a method only completes a property, or states a protocol's attribute."""
    decorators = {getattr(d, "attr", getattr(d, "id", "")) for d in method.decorator_list}
    is_stub = isinstance(method.body[0], ast.Expr) and isinstance(
        getattr(method.body[0], "value", None), ast.Constant
    )
    return bool(decorators & {"setter", "deleter", "overload"}) or (
        is_stub and method.body[0].value.value is ...
    )


def test_everything_public_exists():
    """Every name in an `__all__` of the package exists."""
    for file in FILES:
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        module = importlib.import_module(".".join(p for p in parts if p != "__init__"))
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{module.__name__}.{name}"
    for name in wsgicherry.__all__:
        thing = getattr(wsgicherry, name)
        assert not inspect.isclass(thing) or inspect.getdoc(thing), name


IMPORT_QUIETLY = """
import os, signal, sys, threading

numbers = [n for n in signal.valid_signals() if n not in (signal.SIGKILL, signal.SIGSTOP)]
before = {n: signal.getsignal(n) for n in numbers}
touched = []

def audit(event, args):
    if event == "open":
        path, mode, flags = args
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes:
            touched.append((event, str(path)))
    elif event.startswith(("socket.", "subprocess.", "signal.", "os.fork", "_thread.start")):
        touched.append((event, repr(args)))

sys.addaudithook(audit)
import PACKAGES
assert threading.active_count() == 1, threading.enumerate()
assert {n: signal.getsignal(n) for n in numbers} == before
print(touched)
"""


@pytest.mark.parametrize(
    "modules",
    ["wsgicherry", "wsgicherry.serving.gunicorn, wsgicherry.serving.waitress", "ALL"],
)
def test_importing_does_nothing(modules):
    """Importing starts no thread, opens no file for writing, no socket, and touches no
    signal. (`-B`: what Python itself writes, the compiled modules, is not ours.)
    """
    if modules == "ALL":
        dotted = [
            ".".join(f.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
                ".__init__"
            )
            for f in FILES
            if f.name != "__main__.py"
        ]
        modules = ", ".join(dotted)
    result = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_QUIETLY.replace("PACKAGES", modules)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.stdout.strip(), result.returncode) == ("[]", 0), result.stderr


def test_importing_opens_nothing_that_stays():
    """After the import no file, pipe or socket is open that was not before."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list a process's open files")
    code = (
        "import os; before = os.listdir('/proc/self/fd'); import wsgicherry; "
        "print(sorted(os.listdir('/proc/self/fd')) == sorted(before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.strip() == "True"


def test_imports_run_down():
    """The contracts in setup.cfg hold: imports run down the floors only."""
    pytest.importorskip("importlinter")
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout

"""The bus's plugins: timers, the reloader, signals, threads, pid file, privileges, daemons."""

from __future__ import annotations

import gc
import os
import select
import signal
import stat
import sys
import threading
import types

import pytest
from process_scripts import run_script, start_script

from wsgicherry.process import daemon, monitor, plugins
from wsgicherry.process.wspbus import Bus, ChannelFailures, states

WAIT_SECONDS = 10


@pytest.fixture
def bus():
    bus = Bus()
    bus.lines = []
    bus.subscribe("log", lambda message, level: bus.lines.append((message, level)))
    yield bus
    bus.exit()


@pytest.fixture
def thread_errors(monkeypatch):
    """Collect what threads raise, instead of printing it."""
    errors = []
    monkeypatch.setattr(threading, "excepthook", lambda args: errors.append(args.exc_value))
    return errors


def messages(bus):
    return [message for message, _ in bus.lines]


def raiser(error):
    def listener(*args, **kwargs):
        raise error

    return listener


def names_of_threads():
    return [thread.name for thread in threading.enumerate()]


# ---- SimplePlugin


def test_simple_plugin(bus):
    """A plugin's methods listen on the channels of their names, with their priorities."""

    class Plugin(plugins.SimplePlugin):
        def start(self):
            return "late"

        start.priority = 70

        def custom(self):
            return "custom"

        def nothing(self):
            raise AssertionError("not a channel")

    bus.listeners.setdefault("custom", {})
    plugin = Plugin(bus)
    plugin.subscribe()
    bus.subscribe("start", lambda: "early")
    assert plugin.bus is bus
    assert bus.publish("start") == ["early", "late"]
    assert bus.publish("custom") == ["custom"]
    assert "nothing" not in bus.listeners
    plugin.unsubscribe()
    assert bus.publish("start") == ["early"]
    assert bus.publish("custom") == []


@pytest.mark.parametrize(
    ("plugin", "priority"),
    [
        (plugins.Daemonizer, 65),
        (plugins.Monitor, 70),
        (plugins.Autoreloader, 70),
        (plugins.PIDFile, 70),
        (plugins.DropPrivileges, 77),
    ],
)
def test_start_priorities(plugin, priority):
    """Plugins start in the order of BEHAVIOUR 11.2."""
    assert plugin.start.priority == priority


# ---- timers and monitors


def test_background_task(bus):
    """A task calls its function again and again with its arguments, until cancelled."""
    calls, enough = [], threading.Event()

    def work(*args, **kwargs):
        calls.append((args, kwargs))
        if len(calls) == 3:
            enough.set()

    task = plugins.BackgroundTask(0.001, work, [1], {"two": 2}, bus=bus)
    assert task.daemon
    task.start()
    assert enough.wait(WAIT_SECONDS)
    task.cancel()
    task.join(WAIT_SECONDS)
    assert not task.is_alive()
    assert calls[0] == ((1,), {"two": 2})


def test_background_task_stops_promptly():
    """A task that waits for its next turn ends at once when cancelled."""
    task = plugins.BackgroundTask(3600, list)
    task.start()
    task.cancel()
    task.join(WAIT_SECONDS)
    assert not task.is_alive()


@pytest.mark.parametrize(
    ("timer", "words"),
    [
        (plugins.BackgroundTask, "Error in background task thread function"),
        (plugins.PerpetualTimer, "Error in perpetual timer thread function"),
    ],
)
@pytest.mark.parametrize("has_bus", [True, False])
def test_timer_ends_at_an_error(bus, thread_errors, timer, words, has_bus):
    """An error ends the timer; it is logged with its traceback, and raised."""
    error = ValueError("broken")
    thread = timer(0.001, raiser(error), bus=bus if has_bus else None)
    thread.start()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()
    assert thread_errors == [error]
    if has_bus:
        text, level = bus.lines[0]
        assert text.startswith(words)
        assert "ValueError: broken" in text
        assert level == 40
    else:
        assert bus.lines == []


def test_perpetual_timer():
    """A PerpetualTimer is a threading.Timer that goes on until cancelled."""
    calls, enough = [], threading.Event()

    def work(name):
        calls.append(name)
        if len(calls) == 3:
            enough.set()

    timer = plugins.PerpetualTimer(0.001, work, ["x"])
    timer.start()
    assert enough.wait(WAIT_SECONDS)
    timer.cancel()
    timer.join(WAIT_SECONDS)
    assert not timer.is_alive()
    assert set(calls) == {"x"}


def test_monitor(bus):
    """A monitor runs its callback while the bus runs, in a daemon thread of its name."""
    called = threading.Event()
    plugin = plugins.Monitor(bus, called.set, frequency=0.001, name="Sweeper")
    plugin.subscribe()
    bus.start()
    assert called.wait(WAIT_SECONDS)
    assert plugin.thread.daemon
    assert plugin.thread.name == "Sweeper"
    plugin.start()
    first = plugin.thread
    bus.graceful()
    assert plugin.thread is not first
    bus.stop()
    assert plugin.thread is None
    assert "Sweeper" not in names_of_threads()
    bus.stop()
    said = messages(bus)
    assert said.count("Started monitor thread 'Sweeper'.") == 2
    assert said.count("Stopped thread 'Sweeper'.") == 2
    assert "Monitor thread 'Sweeper' already started." in said
    assert "No thread running for Sweeper." in said


def test_monitor_without_frequency(bus):
    """A frequency of 0 means: never."""
    plugin = plugins.Monitor(bus, list, frequency=0)
    plugin.start()
    plugin.ensure()
    assert plugin.thread is None
    plugin.stop()
    assert messages(bus) == ["No thread running for Monitor."]


def test_monitor_ensure(bus, thread_errors):
    """ensure() starts a thread when none is alive: at first, after a fork, after an error."""
    failing = [True]
    done = threading.Event()

    def work():
        if failing:
            raise ValueError(failing.pop())
        done.set()

    plugin = plugins.Monitor(bus, work, frequency=0.001)
    plugin.ensure()
    first = plugin.thread
    first.join(WAIT_SECONDS)
    plugin.ensure()
    second = plugin.thread
    assert second is not first
    assert done.wait(WAIT_SECONDS)
    plugin.ensure()
    assert plugin.thread is second
    plugin.stop()
    plugin.after_fork_in_child()
    plugin.ensure()
    assert plugin.thread.is_alive()
    plugin.stop()


def test_monitor_ensure_from_many_threads(bus):
    """However many requests come together, one thread is started."""
    plugin = plugins.Monitor(bus, list, frequency=3600)
    held = threading.Barrier(9)

    def request():
        held.wait()
        plugin.ensure()

    with plugin._lock:
        threads = [threading.Thread(target=request) for _ in range(8)]
        for thread in threads:
            thread.start()
        held.wait()
    for thread in threads:
        thread.join()
    assert messages(bus) == ["Started monitor thread 'Monitor'."]
    plugin.stop()


def test_monitor_stopped_by_its_callback(bus):
    """A callback may stop its own monitor, and the bus with it."""
    ended = threading.Event()

    def work():
        bus.stop()
        ended.set()

    plugin = plugins.Monitor(bus, work, frequency=0.001)
    plugin.subscribe()
    bus.start()
    thread = plugin.thread
    assert ended.wait(WAIT_SECONDS)
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()
    assert bus.state is states.STOPPED


def test_monitor_with_a_slow_callback(bus, monkeypatch):
    """stop() does not wait for ever for a callback; its thread ends after it."""
    monkeypatch.setattr(monitor, "STOP_SECONDS", 0.01)
    entered, release = threading.Event(), threading.Event()
    plugin = plugins.Monitor(
        bus, lambda: (entered.set(), release.wait(WAIT_SECONDS)), frequency=0.001
    )
    plugin.start()
    thread = plugin.thread
    assert entered.wait(WAIT_SECONDS)
    plugin.stop()
    assert thread.is_alive()
    release.set()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()


# ---- Autoreloader


@pytest.fixture
def restarts(bus, monkeypatch):
    """Learn of restarts by an event, with execution left out."""
    event = threading.Event()
    bus.subscribe("exit", event.set)
    return event


@pytest.mark.parametrize("change", ["newer", "older", "deleted"])
def test_autoreloader_restarts(bus, restarts, tmp_path, change):
    """A watched file that changes or goes away restarts the bus."""
    file = tmp_path / "site.conf"
    file.write_text("x")
    os.utime(file, (1000, 1000))
    reloader = plugins.Autoreloader(bus, frequency=0.005, match="^wsgicherry$")
    reloader.files.add(str(file))
    reloader.subscribe()
    bus.start()
    if change == "deleted":
        file.unlink()
    else:
        os.utime(file, (2000, 2000) if change == "newer" else (500, 500))
    assert restarts.wait(WAIT_SECONDS)
    bus.wait(states.EXITING)
    assert bus.execv
    assert f"Restarting because {file} changed." in messages(bus)
    assert "Started monitor thread 'Autoreloader'." in messages(bus)


def test_autoreloader_without_change(bus, tmp_path):
    """What does not change restarts nothing, nor does a file that never was there."""
    file = tmp_path / "later.conf"
    reloader = plugins.Autoreloader(bus)
    reloader.files |= {str(file), "relative.conf", "nul\0byte"}
    reloader.start()
    reloader.run()
    file.write_text("x")
    reloader.run()
    reloader.run()
    assert not bus.execv
    os.utime(file, (1000, 1000))
    assert reloader._changed_file() == str(file)
    reloader.start()
    reloader.stop()


def test_autoreloader_without_frequency(bus):
    """A frequency of 0 looks at no file."""
    reloader = plugins.Autoreloader(bus, frequency=0)
    reloader.start()
    assert reloader.thread is None
    assert reloader.mtimes == {}


def test_autoreloader_is_a_foreign_servers_task(bus):
    """Under a foreign server nothing is watched."""
    reloader = plugins.Autoreloader(bus)
    reloader.subscribe()
    bus.start_embedded()
    assert reloader.thread is None
    assert any(line.startswith("Autoreloader not started") for line in messages(bus))


def test_autoreloader_modules(bus, monkeypatch, tmp_path):
    """The files of loaded modules are watched: sources, archives; only of matching names."""
    monkeypatch.chdir(tmp_path)
    zipped = types.ModuleType("watched.zipped")
    zipped.__loader__ = types.SimpleNamespace(archive="/lib/all.zip")
    compiled = types.ModuleType("watched.compiled")
    compiled.__file__ = "/lib/compiled.pyc"
    relative = types.ModuleType("watched.relative")
    relative.__file__ = "relative.py"
    builtin = types.ModuleType("watched.builtin")
    namespace = types.ModuleType("watched.namespace")
    namespace.__file__ = None
    for module in (zipped, compiled, relative, builtin, namespace):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(sys.modules, "watched.blocked", None)
    reloader = plugins.Autoreloader(bus, match=r"^watched\.")
    assert reloader.sysfiles() == {
        "/lib/all.zip",
        "/lib/compiled.py",
        str(tmp_path / "relative.py"),
    }
    everything = plugins.Autoreloader(bus).sysfiles()
    assert os.path.abspath(plugins.__file__) in everything


def test_autoreload_in_a_real_process(tmp_path):
    """A changed file executes the program anew."""
    file = tmp_path / "site.conf"
    file.write_text("1")
    code, lines, errors = run_script(
        """
        file = sys.argv[1]
        if open(file).read() == "2":
            say("second")
            sys.exit(4)
        reloader = plugins.Autoreloader(bus, frequency=0.02, match="^none$")
        reloader.files.add(file)
        reloader.subscribe()
        bus.start()
        os.utime(file, (1000, 1000))
        with open(file, "w") as changed:
            changed.write("2")
        bus.block()
        """,
        str(file),
    )
    assert code == 4, errors
    assert lines[-1] == "second"
    assert f"Restarting because {file} changed." in lines


# ---- SignalHandler


@pytest.fixture
def handler(bus):
    handler = plugins.SignalHandler(bus)
    yield handler
    handler.unsubscribe()


def test_signal_handler_table(bus):
    """SIGTERM exits, SIGHUP restarts or exits, SIGUSR1 is graceful; signals have names."""
    handler = plugins.SignalHandler(bus)
    assert handler.handlers == {
        "SIGTERM": bus.exit_on_signal,
        "SIGHUP": handler.handle_SIGHUP,
        "SIGUSR1": bus.graceful,
    }
    assert handler.signals[signal.SIGTERM] == "SIGTERM"


def test_signal_becomes_a_channel(bus, handler):
    """A signal is logged and published on the channel of its name."""
    heard = []
    handler.set_handler("SIGUSR2", lambda: heard.append("USR2"))
    bus.subscribe("SIGUSR2", lambda: heard.append("also"))
    signal.raise_signal(signal.SIGUSR2)
    assert heard == ["USR2", "also"]
    assert messages(bus) == ["Listening for SIGUSR2.", "Caught signal SIGUSR2."]


def test_signal_by_number_without_listener(bus, handler):
    """A signal may be given by number, and be published for others only."""
    handler.set_handler(signal.SIGUSR2)
    assert messages(bus) == []
    signal.raise_signal(signal.SIGUSR2)
    assert messages(bus) == ["Caught signal SIGUSR2."]


@pytest.mark.parametrize("unknown", ["SIGNONSENSE", 4711, None])
def test_unknown_signal(handler, unknown):
    """An unknown signal is refused, with the names of those that exist."""
    with pytest.raises(ValueError, match=r"No such signal: .*SIGTERM"):
        handler.set_handler(unknown)


def test_old_handlers_come_back(bus):
    """unsubscribe() puts back what was there, though handlers were set twice (R7)."""
    before = {
        number: signal.getsignal(number)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
    }
    handler = plugins.SignalHandler(bus)
    handler.handlers["SIGNOTHERE"] = bus.exit
    handler.subscribe()
    handler.subscribe()
    assert signal.getsignal(signal.SIGTERM) == handler._handle_signal
    assert messages(bus)[0] == "Listening for SIGTERM."
    handler.unsubscribe()
    assert {number: signal.getsignal(number) for number in before} == before
    assert bus.publish("SIGTERM") == []
    assert bus.state is states.STOPPED


def test_handler_that_python_does_not_know(bus):
    """A handler that was set by C code becomes the system's default, as nothing else can."""
    handler = plugins.SignalHandler(bus)
    before = signal.getsignal(signal.SIGUSR2)
    handler.set_handler("SIGUSR2")
    handler._previous[signal.SIGUSR2] = None
    handler.unsubscribe()
    assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL
    signal.signal(signal.SIGUSR2, before)


@pytest.mark.parametrize(
    "use",
    [
        lambda handler: handler.subscribe(),
        lambda handler: handler.unsubscribe(),
        lambda handler: handler.set_handler("SIGUSR2"),
    ],
)
def test_signals_in_the_main_thread_only(handler, use):
    """Any other thread gets an error that names it and the remedy."""
    caught = []

    def other():
        try:
            use(handler)
        except RuntimeError as error:
            caught.append(str(error))

    thread = threading.Thread(target=other, name="Other")
    thread.start()
    thread.join()
    assert "in thread 'Other'" in caught[0]
    assert "main thread only" in caught[0]


class Stdin:
    def __init__(self, is_terminal):
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal


@pytest.mark.parametrize(
    ("same_pid", "stdin", "restarts"),
    [
        (True, Stdin(False), False),
        (False, Stdin(True), False),
        (False, Stdin(False), True),
        (False, None, True),
    ],
)
def test_sighup(bus, monkeypatch, same_pid, stdin, restarts):
    """SIGHUP restarts a daemon, and exits whatever has lost its terminal."""
    handler = plugins.SignalHandler(bus)
    monkeypatch.setattr(sys, "stdin", stdin)
    if not same_pid:
        handler._original_pid = -1
    bus.start()
    handler.handle_SIGHUP()
    assert bus.state is states.EXITING
    assert bus.execv is restarts
    wanted = "while daemonized. Restarting." if restarts else "but not daemonized. Exiting."
    assert f"SIGHUP caught {wanted}" in messages(bus)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signal_ends_a_real_process(name):
    """SIGTERM (and SIGHUP of a foreground process) ends block() at once, in order, with 0."""
    process = start_script("""
        plugins.SignalHandler(bus).subscribe()
        bus.start()
        say_when_blocked()
        bus.block(interval=30)
    """)
    with process:
        for line in process.stdout:
            if line == "ready\n":
                break
        process.send_signal(getattr(signal, name))
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    lines = output.splitlines()
    assert lines[0] == f"Caught signal {name}."
    assert lines[-2:] == ["Bus EXITED", "Waiting for child threads to terminate..."]


# ---- ThreadManager


@pytest.fixture
def manager(bus):
    manager = plugins.ThreadManager(bus)
    manager.subscribe()
    bus.heard = []
    for channel in ("start_thread", "stop_thread"):
        bus.subscribe(
            channel, lambda index, channel=channel: bus.heard.append((channel, index))
        )
    return manager


def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_thread_channels(bus, manager):
    """The manager brings four channels along, and listens on its own two."""
    assert set(bus.listeners) >= {
        "acquire_thread",
        "start_thread",
        "release_thread",
        "stop_thread",
    }


def test_thread_is_started_once(bus, manager):
    """A thread is announced at its first request, and again after its release."""
    bus.publish("acquire_thread")
    bus.publish("acquire_thread")
    bus.publish("release_thread")
    bus.publish("release_thread")
    bus.publish("acquire_thread")
    assert bus.heard == [("start_thread", 1), ("stop_thread", 1), ("start_thread", 1)]


def test_release_of_an_unknown_thread(bus, manager):
    """Releasing a thread that was never acquired is no event."""
    bus.publish("release_thread")
    assert bus.heard == []


def test_indexes_are_free_again(bus, manager):
    """Threads have different indexes; a released one is given out again."""
    go_on, ready = threading.Event(), threading.Event()

    def other():
        bus.publish("acquire_thread")
        ready.set()
        go_on.wait(WAIT_SECONDS)
        bus.publish("release_thread")

    bus.publish("acquire_thread")
    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(WAIT_SECONDS)
    assert sorted(manager.threads.values()) == [1, 2]
    bus.publish("release_thread")
    bus.publish("acquire_thread")
    go_on.set()
    thread.join()
    assert bus.heard == [
        ("start_thread", 1),
        ("start_thread", 2),
        ("stop_thread", 1),
        ("start_thread", 1),
        ("stop_thread", 2),
    ]


def test_thread_that_ended_without_release(bus, manager):
    """A new thread is announced though the system may give it a dead one's ident (13.3, 19)."""
    in_thread(lambda: bus.publish("acquire_thread"))
    gc.collect()
    in_thread(lambda: bus.publish("acquire_thread"))
    assert bus.heard == [("start_thread", 1), ("stop_thread", 1), ("start_thread", 1)]
    assert len(manager.threads) == 1


def test_dead_thread_after_stop(bus, manager):
    """A thread that ends after it was stopped is not stopped again."""
    ready, go_on = threading.Event(), threading.Event()

    def other():
        bus.publish("acquire_thread")
        ready.set()
        go_on.wait(WAIT_SECONDS)

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(WAIT_SECONDS)
    key = next(iter(manager.threads))
    bus.stop()
    go_on.set()
    thread.join()
    manager._gone.append(key)  # as if it had ended in the instant of the stop
    bus.publish("acquire_thread")
    assert bus.heard == [("start_thread", 1), ("stop_thread", 1), ("start_thread", 1)]


@pytest.mark.parametrize("channel", ["stop", "graceful"])
def test_all_threads_are_stopped(bus, manager, channel):
    """stop and graceful stop every thread; each is announced anew at its next request."""
    bus.publish("acquire_thread")
    bus.publish(channel)
    bus.publish("acquire_thread")
    assert bus.heard == [("start_thread", 1), ("stop_thread", 1), ("start_thread", 1)]


def test_threads_may_come_while_all_are_stopped(bus, manager):
    """A request in the middle of the stop neither breaks it nor is lost (13.3, item 19)."""
    bus.subscribe("stop_thread", lambda index: in_thread(manager.acquire_thread), 10)
    bus.publish("acquire_thread")
    manager.stop()
    assert bus.heard.count(("stop_thread", 1)) == 1
    assert len(manager.threads) == 1
    bus.listeners["stop_thread"].clear()


def test_failing_stop_thread_listener(bus, manager):
    """A failing listener keeps no thread from being stopped; all failures are told."""
    ready, go_on = threading.Barrier(3), threading.Event()

    def other():
        bus.publish("acquire_thread")
        ready.wait(WAIT_SECONDS)
        go_on.wait(WAIT_SECONDS)

    threads = [threading.Thread(target=other) for _ in range(2)]
    for thread in threads:
        thread.start()
    ready.wait(WAIT_SECONDS)
    failing = bus.subscribe("stop_thread", raiser(ValueError("x")))
    with pytest.raises(ChannelFailures) as caught:
        manager.stop()
    assert len(caught.value.get_instances()) == 2
    assert bus.heard[2:] == [("stop_thread", 1), ("stop_thread", 2)]
    go_on.set()
    for thread in threads:
        thread.join()
    bus.unsubscribe("stop_thread", failing)


# ---- PIDFile


def test_pid_file(bus, tmp_path):
    """The file holds the process's number from start to exit."""
    file = tmp_path / "site.pid"
    plugins.PIDFile(bus, str(file)).subscribe()
    bus.start()
    bus.publish("start")
    assert file.read_text() == f"{os.getpid()}\n"
    bus.stop()
    assert file.exists()
    bus.exit()
    assert not file.exists()
    said = messages(bus)
    assert f"PID {os.getpid()} written to {str(file)!r}." in said
    assert f"PID {os.getpid()} already written to {str(file)!r}." in said
    assert f"PID file removed: {str(file)!r}." in said
    bus.start()
    assert file.exists()


def test_pid_file_gone(bus, tmp_path):
    """A file that somebody else has removed is no error."""
    file = tmp_path / "site.pid"
    plugins.PIDFile(bus, file).subscribe()
    bus.start()
    file.unlink()
    bus.exit()
    assert bus.state is states.EXITING


def test_pid_file_of_another_process(bus, tmp_path):
    """A forked child does not remove its parent's file."""
    file = tmp_path / "site.pid"
    plugin = plugins.PIDFile(bus, file)
    plugin.start()
    plugin._pid += 1
    plugin.exit()
    assert file.exists()


def test_pid_file_under_a_foreign_server(bus, tmp_path):
    """Workers of a foreign server do not overwrite each other's file."""
    file = tmp_path / "site.pid"
    plugins.PIDFile(bus, file).subscribe()
    bus.start_embedded()
    assert not file.exists()
    assert any(line.startswith("PID file not written") for line in messages(bus))


# ---- DropPrivileges


@pytest.fixture
def system_calls(monkeypatch):
    """Record calls that change the process's rights, instead of making them."""
    calls = []
    for name in ("setgid", "setgroups", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: calls.append((name, value)))
    monkeypatch.setattr(os, "umask", lambda value: calls.append(("umask", value)) or 0o22)
    return calls


ALL_CALLS = [("setgid", 5), ("setgroups", []), ("setuid", 6), ("umask", 0o77)]


@pytest.mark.parametrize(
    ("user", "options", "wanted"),
    [
        (0, {}, []),
        (0, {"umask": 0o77}, ALL_CALLS[3:]),
        (0, {"gid": 5}, ALL_CALLS[:2]),
        (0, {"uid": 6}, ALL_CALLS[1:3]),
        (6, {"uid": 6}, ALL_CALLS[2:3]),
        (0, {"uid": 6, "gid": 5, "umask": 0o77}, ALL_CALLS),
    ],
)
def test_drop_privileges(bus, system_calls, monkeypatch, user, options, wanted):
    """Group, supplementary groups, user and umask are changed in this order, once."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    plugin = plugins.DropPrivileges(bus, **options)
    plugin.start()
    plugin.start()
    assert system_calls == wanted
    assert plugin.finalized
    said = messages(bus)
    assert ("uid/gid not set" in said) is not ({"uid", "gid"} & set(options) != set())
    assert ("umask not set" in said) is ("umask" not in options)
    assert ("umask old: 022, new: 077" in said) is ("umask" in options)
    assert said[-1].startswith("Privileges already dropped, running as uid: ")


def test_users_by_name(bus):
    """Users and groups may be given by name; an unknown name is an error at once."""
    plugin = plugins.DropPrivileges(bus, uid="root", gid=0)
    assert (plugin.uid, plugin.gid) == (0, 0)
    plugin.gid = "root" if sys.platform.startswith("linux") else "wheel"
    assert plugin.gid == 0
    with pytest.raises(KeyError):
        plugin.uid = "nobody of this name"
    with pytest.raises(KeyError):
        plugin.gid = "nobody of this name"


def test_users_without_a_name(monkeypatch):
    """A user whom the system does not know by name is shown by number."""
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    monkeypatch.setattr(os, "getgid", lambda: 987_655)
    assert daemon._whoami() == "uid: 987654 gid: 987655"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user")
def test_drop_privileges_in_a_real_process():
    """After the start the process has the user, the group and no other groups."""
    code, lines, errors = run_script("""
        plugins.DropPrivileges(bus, uid=65534, gid=65534, umask=0o77).subscribe()
        bus.start()
        say(os.getresuid(), os.getresgid(), os.getgroups(), os.umask(0))
        bus.exit()
    """)
    assert code == 0, errors
    assert "(65534, 65534, 65534) (65534, 65534, 65534) [] 63" in lines


# ---- Daemonizer


@pytest.fixture
def forks(monkeypatch):
    """Be the child of every fork, and record what a daemon does."""
    calls = []

    class System:
        """The os module, for this one file: pytest itself uses dup2."""

        def __getattr__(self, name):
            return getattr(os, name)

        def fork(self):
            calls.append("fork")
            return 0

        def setsid(self):
            calls.append("setsid")

        def umask(self, mask):
            calls.append(f"umask {mask}")

        def dup2(self, old, new):
            calls.append(f"dup2 {new}")

    monkeypatch.setattr(daemon, "os", System())
    return calls


def test_daemonizer(bus, forks):
    """A daemon forks, leads a session, forks again, and opens its streams; once."""
    plugin = plugins.Daemonizer(bus)
    plugin.start()
    plugin.start()
    assert forks == ["fork", "setsid", "fork", "umask 0", "dup2 0", "dup2 1", "dup2 2"]
    assert messages(bus)[-2:] == [f"Daemonized to PID: {os.getpid()}", "Already daemonized."]


def test_daemonizer_warns_of_threads(bus, forks):
    """Threads that would be lost are named."""
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="Early")
    thread.start()
    plugins.Daemonizer(bus).start()
    release.set()
    thread.join()
    text, level = bus.lines[0]
    assert text.startswith(f"There are {text.split()[2]} active threads: ")
    assert "Early" in text
    assert level == 30


def test_daemonizer_alone_does_not_warn(bus, forks, monkeypatch):
    """A process with one thread is daemonized without a warning."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "stdout", None)
    plugins.Daemonizer(bus).start()
    assert messages(bus) == [f"Daemonized to PID: {os.getpid()}"]


def test_daemonizer_parent_ends(monkeypatch):
    """The process that was started from the terminal ends with 0."""

    class Ended(BaseException):
        pass

    def end(code):
        assert code == 0
        raise Ended

    said = []
    monkeypatch.setattr(os, "fork", lambda: 4711)
    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(Ended):
        plugins.Daemonizer.daemonize(logger=said.append)
    assert said == ["Forking once."]


def test_daemonizer_under_a_foreign_server(bus, forks):
    """A foreign server's process is never daemonized."""
    plugins.Daemonizer(bus).subscribe()
    bus.start_embedded()
    assert forks == []
    assert any(line.startswith("Not daemonized") for line in messages(bus))


def test_daemonizer_stream_that_cannot_be_opened(forks, tmp_path):
    """A stream that cannot be opened is an error before anything is forked."""
    with pytest.raises(FileNotFoundError):
        plugins.Daemonizer.daemonize(stdout=str(tmp_path / "none" / "out"))
    assert forks == []


def test_daemonizer_in_a_real_process(tmp_path):
    """The daemon runs on in a session of its own, with its bus STARTED and its pid on file."""
    fifo = tmp_path / "report"
    os.mkfifo(fifo)
    process = start_script(
        """
        folder = sys.argv[1]
        plugins.Daemonizer(bus, stdout=folder + "/out", stderr=folder + "/err").subscribe()
        plugins.PIDFile(bus, folder + "/pid").subscribe()
        bus.start()
        signal.alarm(20)  # a child does not inherit it
        print("on stdout", flush=True)
        report = f"{bus.state} {os.getsid(0)}"
        report += f" {os.getpid()} {open(folder + '/pid').read()}"
        bus.exit()
        with open(folder + "/report", "w") as out:
            out.write(report)
        """,
        str(tmp_path),
    )
    descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with process, open(descriptor) as report:
        assert select.select([report], [], [], WAIT_SECONDS)[0], "the daemon said nothing"
        state, session, pid, pid_on_file = report.read().split()
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert "Forking once." in output
    assert state == "states.STARTED"
    assert pid == pid_on_file
    assert session != pid
    assert session not in (str(os.getsid(0)), str(process.pid))
    assert "on stdout\n" in (tmp_path / "out").read_text()
    assert (tmp_path / "err").read_text() == ""
    assert stat.S_ISREG(os.stat(tmp_path / "out").st_mode)

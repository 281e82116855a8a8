"""Children of a fork: locks are free, threads are known to be gone, pools are not shared."""

from __future__ import annotations

import gc
import threading

import pytest
from process_scripts import run_script

from wsgicherry.process import forks
from wsgicherry.process.forks import PerProcess, renew_after_fork, renew_all


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    """Renew nothing that other tests have left alive."""
    monkeypatch.setattr(forks, "_enrolled", {})


class Renewed:
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, calls, name, error=None):
        self.calls, self.name, self.error = calls, name, error

    def after_fork_in_child(self):
        self.calls.append(self.name)
        if self.error:
            raise self.error


def test_renewal_in_order_of_enrolment():
    """Objects are renewed in the order in which they enrolled, unhashable ones too."""
    calls = []
    objects = [Renewed(calls, name) for name in "abc"]
    for each in objects:
        renew_after_fork(each)
    renew_all()
    assert calls == ["a", "b", "c"]


def test_enrolment_is_weak():
    """An enrolled object that nobody else holds is forgotten."""
    calls = []
    short_lived = Renewed(calls, "gone")
    renew_after_fork(short_lived)
    key = id(short_lived)
    del short_lived
    gc.collect()
    renew_all()
    assert calls == []
    assert key not in forks._enrolled


def test_dead_reference_is_passed_over():
    """An object that died in the instant of the fork is passed over."""

    class Dead:
        def __call__(self):
            return None

    forks._enrolled[-1] = Dead()
    try:
        renew_all()
    finally:
        del forks._enrolled[-1]


def test_stale_callback_keeps_a_newer_entry():
    """An id used again for a newer object is not lost when the older one is cleaned away."""
    calls = []
    newer = Renewed(calls, "newer")
    renew_after_fork(newer)
    forks._forget(id(newer), object())
    renew_all()
    assert calls == ["newer"]


def test_one_failure_does_not_stop_the_others():
    """Each object is renewed though one before it failed; the failure is told at the end."""
    calls = []
    objects = [Renewed(calls, "bad", KeyError("x")), Renewed(calls, "good")]
    for each in objects:
        renew_after_fork(each)
    with pytest.raises(RuntimeError, match=r"Renewed.*KeyError"):
        renew_all()
    assert calls == ["bad", "good"]


def test_per_process_value_is_made_once():
    """A process makes its value at the first use, once for all its threads."""
    made = []
    value = PerProcess(lambda: made.append(1) or object())
    got = []
    threads = [threading.Thread(target=lambda: got.append(value.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(map(id, got))) == 1


def test_per_process_value_made_while_waiting():
    """A thread that waited for another's value takes that one."""
    value = PerProcess(object)
    got = []
    with value._lock:
        thread = threading.Thread(target=lambda: got.append(value.get()))
        thread.start()
        value._made.append("made by the other")
    thread.join()
    assert got == ["made by the other"]


def test_per_process_tries_again():
    """A maker that failed is asked again."""
    answers = [OSError("no"), "pool"]

    def make():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    value = PerProcess(make)
    with pytest.raises(OSError, match="no"):
        value.get()
    assert value.get() == "pool"


def test_per_process_value_is_put_aside():
    """A child makes its own value, and never destroys the parent's."""

    class Pool:
        pass

    value = PerProcess(Pool)
    first = value.get()
    value.after_fork_in_child()
    assert value.get() is not first
    assert first in value._inherited


def test_importing_registers_nothing():
    """The fork hook is registered at the first enrolment, not by an import."""
    code, lines, errors = run_script("""
        # The preamble's bus has enrolled already; look at a fresh copy of the module.
        import importlib.util
        registered = []
        os.register_at_fork = lambda **hooks: registered.append(hooks)
        spec = importlib.util.find_spec("wsgicherry.process.forks")
        fresh = importlib.util.module_from_spec(spec)
        sys.modules["fresh"] = fresh
        spec.loader.exec_module(fresh)
        say(len(registered))
        pools = [fresh.PerProcess(object) for _ in range(3)]
        say(len(registered), sorted(registered[0]))
    """)
    assert (code, lines) == (0, ["0", "1 ['after_in_child']"]), errors


def test_no_fork_no_hook(monkeypatch):
    """A system that cannot fork needs no hook."""
    monkeypatch.delattr(forks.os, "register_at_fork")
    assert forks._register_hook.__wrapped__() is None


def test_fork_with_locks_held():
    """A child forked while other threads hold every lock starts its bus and monitors anew."""
    code, lines, errors = run_script("""
        ticks = []
        monitor = plugins.Monitor(bus, lambda: ticks.append(1), 0.01, name="Ticker")
        monitor.subscribe()
        manager = plugins.ThreadManager(bus)
        manager.subscribe()
        from wsgicherry.process.forks import PerProcess
        pool = PerProcess(object)
        parents = pool.get()
        bus.start_embedded()
        held, release = threading.Event(), threading.Event()
        def hold():
            with bus._start_lock, bus._changed, monitor._lock, manager._lock, pool._lock:
                held.set()
                release.wait()
        holder = threading.Thread(target=hold)
        holder.start()
        held.wait()
        pid = os.fork()
        if pid == 0:
            signal.alarm(10)
            say("child", bus.state, bus.is_embedded, monitor.thread, len(manager.threads))
            bus.start_embedded()
            ticks.clear()
            while not ticks:
                time.sleep(0.01)
            manager.acquire_thread()
            say("child", bus.state, bus.is_embedded, monitor.thread.name, pool.get() is parents)
            bus.exit()
            os._exit(7)
        status = os.waitpid(pid, 0)[1]
        release.set()
        holder.join()
        say("parent", bus.state, os.waitstatus_to_exitcode(status))
    """)
    assert code == 0, errors
    assert "child states.STOPPED False None 0" in lines
    assert "child states.STARTED True Ticker False" in lines
    assert "parent states.STARTED 7" in lines


def test_fork_while_another_thread_starts():
    """A child forked in the middle of another thread's start can start by itself."""
    code, lines, errors = run_script("""
        reached, go_on = threading.Event(), threading.Event()
        parent = os.getpid()
        @bus.subscribe("start")
        def slow():
            if os.getpid() == parent:
                reached.set()
                go_on.wait()
        thread = threading.Thread(target=bus.start_embedded)
        thread.start()
        reached.wait()
        pid = os.fork()
        if pid == 0:
            signal.alarm(10)
            bus.start_embedded()
            say("child", bus.state)
            os._exit(0)
        os.waitpid(pid, 0)
        go_on.set()
        thread.join()
        say("parent", bus.state)
    """)
    assert code == 0, errors
    assert "child states.STARTED" in lines
    assert "parent states.STARTED" in lines


def test_atexit_acts_in_its_own_process_only():
    """At its end each process stops the bus it started, and not its parent's."""
    code, lines, errors = run_script("""
        bus.subscribe("stop", lambda: say("stop", role))
        role = "parent"
        bus.start_embedded()
        pid = os.fork()
        if pid == 0:
            role = "idle child"
            sys.exit(0)
        os.waitpid(pid, 0)
        pid = os.fork()
        if pid == 0:
            role = "busy child"
            bus.start_embedded()
            sys.exit(0)
        os.waitpid(pid, 0)
    """)
    assert (code, errors) == (0, "")
    assert [line for line in lines if line.startswith("stop")] == [
        "stop busy child",
        "stop parent",
    ]


def test_daemonizing_fork_keeps_the_start_going():
    """A start listener that forks and goes on in the child (a Daemonizer) leaves STARTING."""
    code, lines, errors = run_script("""
        @bus.subscribe("start")
        def daemonize():
            pid = os.fork()
            if pid > 0:
                os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        bus.start()
        say("child", bus.state)
        sys.exit(3)
    """)
    assert code == 3
    assert "child states.STARTED" in lines
    assert lines.count("Bus EXITED") == 1
    assert "RuntimeWarning" in errors

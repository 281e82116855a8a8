"""The bus: channels and priorities, states, failures, and the end of the process."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import threading
import time
import weakref

import pytest
from process_scripts import run_script, start_script

from wsgicherry.process import respawn, wspbus
from wsgicherry.process.wspbus import Bus, ChannelFailures, states


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def bus():
    bus = Bus()
    bus.lines = []
    bus.subscribe("log", lambda message, level: bus.lines.append((message, level)))
    yield bus
    atexit.unregister(bus._at_process_end)


@pytest.fixture
def ended(monkeypatch):
    """Catch the codes given to os._exit."""
    codes = []

    def end(code):
        codes.append(code)
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    return codes


def messages(bus):
    return [message for message, _ in bus.lines]


def raiser(error):
    def listener(*args):
        raise error

    return listener


# ---- states and channels


def test_states():
    """The states are named as CherryPy names them, on the bus and in its repr."""
    assert [repr(state) for state in Bus.states] == [
        "states.STOPPED",
        "states.STARTING",
        "states.STARTED",
        "states.STOPPING",
        "states.EXITING",
    ]
    assert str(Bus().state) == "states.STOPPED"
    assert Bus().states.STARTED is states.STARTED


def test_channels_at_birth():
    """A new bus has six channels and not one listener."""
    assert Bus().listeners == {
        name: {} for name in ("start", "stop", "exit", "graceful", "log", "main")
    }


def test_results_in_order_of_priority(bus):
    """publish() returns the listeners' results, lowest priority first."""
    by_attribute = lambda: "by attribute"  # noqa: E731
    by_attribute.priority = 10
    bus.subscribe("c", lambda: "default")
    bus.subscribe("c", lambda: "late", 90)
    bus.subscribe("c", by_attribute)
    bus.subscribe("c", lambda: "zero", priority=0)
    assert bus.publish("c") == ["zero", "by attribute", "default", "late"]


def test_equal_priorities_in_order_of_subscription(bus):
    """Listeners of one priority run in the order in which they subscribed (13.3, item 19)."""
    for number in range(50):
        bus.subscribe("c", lambda number=number: number, 30)
    assert bus.publish("c") == list(range(50))


def test_subscribed_twice_is_called_once(bus):
    """A listener that subscribes again is called once, with its new priority."""
    listener = bus.subscribe("c", lambda: "moved", 10)
    bus.subscribe("c", lambda: "other", 20)
    bus.subscribe("c", listener, 30)
    assert bus.publish("c") == ["other", "moved"]


def test_arguments_reach_the_listeners(bus):
    """Arguments of publish() are handed on."""
    bus.subscribe("c", lambda *args, **kwargs: (args, kwargs))
    assert bus.publish("c", 1, two=2) == [((1,), {"two": 2})]


def test_unknown_channel(bus):
    """Publishing where nobody listens answers an empty list."""
    assert bus.publish("nobody") == []


def test_decorator_returns_the_function(bus):
    """`@bus.subscribe(...)` leaves the decorated name usable (13.3, item 9)."""

    @bus.subscribe("c", priority=60)
    def listener():
        return "late"

    bus.subscribe("c", lambda: "early")
    assert listener() == "late"
    assert bus.publish("c") == ["early", "late"]


def test_unsubscribe(bus):
    """An unsubscribed listener hears no more; one that never was there is no error."""
    listener = bus.subscribe("c", lambda: 1)
    bus.unsubscribe("c", listener)
    bus.unsubscribe("c", listener)
    bus.unsubscribe("unknown", listener)
    assert bus.publish("c") == []
    assert "unknown" not in bus.listeners


def test_listeners_may_change_while_publishing(bus):
    """A listener that (un)subscribes does not disturb the round that calls it."""

    def once():
        bus.unsubscribe("c", once)
        bus.subscribe("c", lambda: "new")
        return "once"

    bus.subscribe("c", once)
    assert bus.publish("c") == ["once"]
    assert bus.publish("c") == ["new"]


def test_channel_made_as_a_set(bus):
    """CherryPy's plugins make channels as sets; such a channel works, and keeps its content."""
    bus.listeners.setdefault("mine", set()).add(len)
    bus.listeners["other"] = {len}
    bus.subscribe("mine", str, 20)
    assert bus.publish("mine", "xyz") == ["xyz", 3]
    assert bus.publish("other", "xyz") == [3]
    bus.unsubscribe("mine", len)
    assert bus.publish("mine", "xyz") == ["xyz"]


# ---- failures


def test_every_listener_is_called_in_spite_of_failures(bus):
    """Failures are logged and collected; the rest of the listeners is called nevertheless."""
    called = []
    first, second = ValueError("one"), KeyError("two")
    bus.subscribe("c", raiser(first))
    bus.subscribe("c", raiser(second))
    bus.subscribe("c", lambda: called.append(1))
    with pytest.raises(ChannelFailures) as caught:
        bus.publish("c")
    assert called == [1]
    assert caught.value.get_instances() == [first, second]
    assert str(caught.value) == "ValueError('one')\nKeyError('two')" == repr(caught.value)
    logged = [line for line in bus.lines if line[0].startswith("Error in 'c' listener <")]
    assert [level for _, level in logged] == [40, 40]
    assert "ValueError: one" in logged[0][0]


def test_failures_truth():
    """A ChannelFailures is true when it holds something."""
    assert not ChannelFailures()
    assert ChannelFailures(ValueError())


def test_failing_log_listener(bus):
    """A failing 'log' listener is not logged, and keeps nobody from being called."""
    called = []
    bus.subscribe("log", raiser(OSError("disk full")), 10)
    bus.subscribe("c", raiser(ValueError("one")))
    bus.subscribe("c", lambda: called.append(1))
    with pytest.raises(ChannelFailures, match=r"^ValueError\('one'\)$"):
        bus.publish("c")
    assert called == [1]
    with pytest.raises(ChannelFailures, match="disk full"):
        bus.log("hello")
    assert messages(bus)[-1] == "hello"


def test_keyboard_interrupt_passes_at_once(bus):
    """Ctrl-C in a listener ends the round."""
    called = []
    bus.subscribe("c", raiser(KeyboardInterrupt()))
    bus.subscribe("c", lambda: called.append(1))
    with pytest.raises(KeyboardInterrupt):
        bus.publish("c")
    assert called == []


@pytest.mark.parametrize(
    ("code", "after_failure", "seen"),
    [
        (0, False, 0),
        (0, True, 1),
        (None, False, None),
        (None, True, 1),
        (3, False, 3),
        (3, True, 3),
        ("words", True, "words"),
    ],
)
def test_system_exit_passes_at_once(bus, code, after_failure, seen):
    """SystemExit in a listener ends the round; success after failures becomes code 1."""
    if after_failure:
        bus.subscribe("c", raiser(ValueError()))
    bus.subscribe("c", raiser(SystemExit(code)))
    with pytest.raises(SystemExit) as caught:
        bus.publish("c")
    assert caught.value.code == seen


def test_log(bus):
    """log() publishes message and level, and the traceback on request."""
    bus.log("plain")
    bus.log("loud", 40)
    try:
        raise ValueError("deep")
    except ValueError:
        bus.log("with", level=30, traceback=True)
    assert bus.lines[:2] == [("plain", 20), ("loud", 40)]
    text, level = bus.lines[2]
    assert text.startswith("with\nTraceback (most recent call last)")
    assert text.endswith("ValueError: deep\n")
    assert level == 30


# ---- moving


def test_start_stop_exit(bus):
    """Each move publishes its channel, in the right state, with CherryPy's messages."""
    seen = []
    for channel in ("start", "stop", "exit"):
        bus.subscribe(channel, lambda channel=channel: seen.append((channel, bus.state)))
    bus.start()
    assert bus.state is states.STARTED
    bus.stop()
    assert bus.state is states.STOPPED
    bus.start()
    bus.exit()
    assert bus.state is states.EXITING
    assert seen == [
        ("start", states.STARTING),
        ("stop", states.STOPPING),
        ("start", states.STARTING),
        ("stop", states.STOPPING),
        ("exit", states.EXITING),
    ]
    assert [line for line in messages(bus) if "START" not in line] == [
        "Bus STOPPING",
        "Bus STOPPED",
        "Bus STOPPING",
        "Bus STOPPED",
        "Bus EXITING",
        "Bus EXITED",
    ]
    assert messages(bus)[:2] == ["Bus STARTING", "Bus STARTED"]


def test_start_after_exit(bus):
    """A bus that has exited can be started and exited again in the same process."""
    for _ in range(3):
        bus.start()
        bus.exit()
    assert messages(bus).count("Bus EXITED") == 3


def test_graceful(bus):
    """graceful() is logged and published, and leaves the state alone."""
    bus.subscribe("graceful", lambda: bus.log("heard"))
    bus.graceful()
    assert messages(bus) == ["Bus graceful", "heard"]
    assert bus.state is states.STOPPED


def test_failing_start_listener_ends_the_process(bus, ended):
    """A start listener's error is logged, everything is stopped, the process ends with 70."""
    stopped = []
    bus.subscribe("start", raiser(ValueError("no database")))
    bus.subscribe("stop", lambda: stopped.append(1))
    with pytest.raises(Ended):
        bus.start()
    assert ended == [70]
    assert stopped == [1]
    text, level = next(
        line for line in bus.lines if line[0].startswith("Shutting down due to error in start")
    )
    assert text.startswith("Shutting down due to error in start listener:\nTraceback")
    assert level == 40


def test_failing_start_listener_is_raised_if_the_process_lives(bus):
    """The start listener's error goes to the caller if another exit() was under way."""
    bus.subscribe("start", lambda: bus._begin_exit())
    bus.subscribe("start", raiser(ValueError("no database")))
    with pytest.raises(ChannelFailures, match="no database"):
        bus.start()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_start_listener_that_ends_the_process(bus, error):
    """SystemExit or Ctrl-C in a start listener: the bus exits in order, the error goes on."""
    stopped = []
    bus.subscribe("start", raiser(error))
    bus.subscribe("stop", lambda: stopped.append(1))
    with pytest.raises(type(error)) as caught:
        bus.start()
    assert caught.value is error
    assert stopped == [1]
    assert bus.state is states.EXITING


@pytest.mark.parametrize("channel", ["stop", "exit"])
def test_failing_exit_ends_the_process(bus, ended, channel):
    """An error while exiting ends the process with 70."""
    bus.start()
    bus.subscribe(channel, raiser(ValueError()))
    with pytest.raises(Ended):
        bus.exit()
    assert ended == [70]


def test_exit_while_starting_ends_the_process(bus, ended):
    """exit() of a bus that is still STARTING tells everybody, then ends the process with 70."""
    bus.subscribe("start", bus.exit)
    with pytest.raises(Ended):
        bus.start()
    assert ended == [70]
    assert messages(bus)[-1] == "Bus EXITED"


def test_system_exit_in_a_stop_listener(bus):
    """SystemExit while exiting goes to the caller, and exit() can be tried again."""
    listener = bus.subscribe("stop", raiser(SystemExit(4)))
    bus.start()
    with pytest.raises(SystemExit):
        bus.exit()
    bus.unsubscribe("stop", listener)
    bus.exit()
    assert bus.state is states.EXITING


def test_exit_within_exit(bus):
    """A listener that calls exit() while the bus exits changes nothing."""
    bus.subscribe("stop", bus.exit)
    bus.subscribe("exit", bus.exit)
    bus.start()
    bus.exit()
    assert messages(bus).count("Bus STOPPING") == messages(bus).count("Bus EXITED") == 1


def test_restart(bus):
    """restart() exits and asks block() to execute the program anew."""
    bus.start()
    bus.restart()
    assert bus.execv
    assert bus.state is states.EXITING


# ---- under a foreign server


def test_start_embedded_from_many_threads(bus):
    """However many first requests arrive together, the bus starts once, and all wait for it."""
    starts, found = [], []
    barrier = threading.Barrier(20)

    def slow_start():
        starts.append(1)
        time.sleep(0.05)  # long enough for the others to arrive

    def request():
        barrier.wait()
        bus.start_embedded()
        found.append(bus.state)

    bus.subscribe("start", slow_start)
    threads = [threading.Thread(target=request) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert starts == [1]
    assert found == [states.STARTED] * 20
    assert bus.is_embedded
    bus.start_embedded()
    assert starts == [1]


def test_start_embedded_leaves_our_own_start_alone(bus):
    """A request that the quickstart server answers while the bus starts does not wait."""
    seen = []

    def request():
        bus.start_embedded()
        seen.append((bus.state, bus.is_embedded))

    def start_server():
        thread = threading.Thread(target=request)
        thread.start()
        thread.join(10)

    bus.subscribe("start", start_server, 75)
    bus.start()
    bus.start_embedded()
    assert seen == [(states.STARTING, False)]
    assert not bus.is_embedded


def test_start_embedded_from_a_start_listener(bus):
    """A start listener may send the application a request."""
    starts = []
    bus.subscribe("start", lambda: starts.append(1))
    bus.subscribe("start", bus.start_embedded)
    bus.start_embedded()
    assert starts == [1]
    assert bus.state is states.STARTED


def test_start_embedded_on_the_way_down(bus):
    """A late request does not start the bus again once it exits."""
    bus.subscribe("stop", bus.start_embedded)
    bus.start_embedded()
    bus.exit()
    bus.start_embedded()
    assert bus.state is states.EXITING
    assert messages(bus).count("Bus STARTING") == 1


def test_start_embedded_fails_closed(bus):
    """A failing start listener is the request's error; the next request tries again."""
    stopped = []
    failing = bus.subscribe("start", raiser(ValueError("no database")))
    bus.subscribe("stop", lambda: stopped.append(1))
    with pytest.raises(ChannelFailures, match="no database"):
        bus.start_embedded()
    assert bus.state is states.STOPPED
    assert stopped == [1]
    bus.unsubscribe("start", failing)
    bus.start_embedded()
    assert bus.state is states.STARTED


def test_start_embedded_fails_closed_though_stopping_fails(bus):
    """What fails while stopping after a failed start does not hide the start's error."""
    bus.subscribe("start", raiser(ValueError("no database")))
    bus.subscribe("stop", raiser(ValueError("no stop")))
    with pytest.raises(ChannelFailures, match="no database"):
        bus.start_embedded()
    assert bus.state is states.STOPPED


def test_embedded_exit_spares_the_process(bus):
    """exit() in a foreign server's process goes as far as it can and never ends the process."""
    exited = []
    bus.start_embedded()
    bus.subscribe("stop", raiser(ValueError("no stop")))
    bus.subscribe("exit", lambda: exited.append(1))
    bus.exit()
    assert exited == [1]
    assert bus.state is states.EXITING


def test_embedded_exit_once(bus):
    """Two exits at once are one."""
    bus.start_embedded()
    bus.subscribe("exit", bus.exit)
    bus.exit()
    assert messages(bus).count("Bus EXITED") == 1


def test_embedded_restart_is_refused(bus):
    """restart() in a foreign server's process says who can, and does nothing."""
    bus.start_embedded()
    bus.restart()
    assert not bus.execv
    assert bus.state is states.STARTED
    assert bus.lines[-1][0].startswith("Restart ignored")
    assert bus.lines[-1][1] == 30


@pytest.mark.parametrize("start", [Bus.start, Bus.start_embedded])
def test_child_begins_afresh(bus, start):
    """In a forked child the bus is STOPPED, nobody hears of it, and a request can start it."""
    start(bus)
    said = len(bus.lines)
    bus.after_fork_in_child()
    assert bus.state is states.STOPPED
    assert not bus.is_embedded
    assert len(bus.lines) == said
    bus.start_embedded()
    assert bus.state is states.STARTED


def test_child_of_the_moving_thread_goes_on(bus):
    """A start listener that forks and goes on in the child leaves the bus STARTING."""
    seen = []
    bus.subscribe("start", bus.after_fork_in_child)
    bus.subscribe("start", lambda: seen.append(bus.state))
    bus.start()
    assert seen == [states.STARTING]
    assert bus.state is states.STARTED


# ---- the end of the process


def test_guard_warns_and_exits(bus):
    """A main thread that ends without exit() gets a warning, and the bus is exited."""
    bus.start()
    with pytest.warns(RuntimeWarning, match="Bus is in the states.STARTED state; shutting it"):
        bus._at_process_end(os.getpid())
    assert bus.state is states.EXITING


def test_guard_is_quiet(bus):
    """The guard does nothing after exit(), and nothing in a process that is not its own."""
    bus.start()
    bus._at_process_end(os.getpid() + 1)
    assert bus.state is states.STARTED
    bus.exit()
    bus._at_process_end(os.getpid())
    assert messages(bus).count("Bus EXITED") == 1


def test_embedded_guard_is_quiet(bus):
    """Under a foreign server the end of the process is the usual end of the bus."""
    bus.start_embedded()
    bus._at_process_end(os.getpid())
    assert bus.state is states.EXITING


def test_exit_leaves_no_guard():
    """A bus that has exited is not kept alive by the interpreter's list of handlers."""
    bus = Bus()
    bus.start()
    bus.stop()
    bus.start()
    bus.exit()
    alive = weakref.ref(bus)
    del bus
    gc.collect()
    assert alive() is None


def test_guard_in_a_real_process():
    """A program that forgets block() ends with the warning and all messages, code 0."""
    code, lines, errors = run_script("bus.start()")
    assert code == 0
    assert lines[-1] == "Bus EXITED"
    assert "RuntimeWarning: The main thread is exiting, but the Bus is in the" in errors


def test_embedded_end_of_a_real_process():
    """A foreign server's process ends with its own code, stopping the bus without a warning."""
    code, lines, errors = run_script("bus.start_embedded(); sys.exit(5)")
    assert (code, errors) == (5, "")
    assert lines[-1] == "Bus EXITED"


def test_failing_start_in_a_real_process():
    """A start that fails ends a process of our own with 70."""
    code, lines, _ = run_script("bus.subscribe('start', lambda: 1 / 0); bus.start()")
    assert code == 70
    assert "Shutting down due to error in start listener:" in lines


def test_refused_start_in_a_real_process():
    """A start listener chooses the process's code by SystemExit; nobody warns."""
    code, lines, errors = run_script("""
        bus.subscribe("start", lambda: sys.exit("port 80 is taken"))
        bus.start()
    """)
    assert (code, errors) == (1, "port 80 is taken\n")
    assert lines[-1] == "Bus EXITED"


# ---- waiting


def test_wait_for_one_of_several(bus):
    """wait() takes a state or several, and returns at once if the bus is there."""
    bus.wait(states.STOPPED)
    bus.wait([states.STARTED, states.STOPPED])


def test_wait_publishes(bus):
    """wait() publishes its channel every interval until the state comes."""
    ticks = []

    def tick():
        ticks.append(1)
        if len(ticks) == 3:
            bus.state = states.STARTED

    bus.subscribe("tick", tick)
    bus.wait(states.STARTED, interval=0.001, channel="tick")
    assert len(ticks) == 3


def test_wait_is_woken(bus):
    """A change of state ends a wait at once, however long its interval."""
    waiting = threading.Event()

    class Noted(list):
        def __iter__(self):
            waiting.set()
            return super().__iter__()

    thread = threading.Thread(target=bus.wait, args=(Noted([states.STARTED]), 60))
    thread.start()
    waiting.wait()
    began = time.monotonic()
    bus.start()
    thread.join(10)
    assert not thread.is_alive()
    assert time.monotonic() - began < 5
    bus.exit()


def test_block_until_exit(bus):
    """block() publishes 'main', returns after another thread's exit() is through, and joins."""
    order = []
    bus.start()
    done = threading.Event()

    def leave():
        bus.exit()
        order.append("thread ended")

    def main():
        if not done.is_set():
            done.set()
            threading.Thread(target=leave, name="Leaver").start()

    bus.subscribe("main", main)
    bus.subscribe("exit", lambda: order.append("exit heard"))
    bus.block(interval=0.01)
    assert order == ["exit heard", "thread ended"]
    assert "Waiting for child threads to terminate..." in messages(bus)


def test_block_names_the_threads_it_waits_for(bus):
    """block() says which thread keeps the process; daemons do not."""
    release = threading.Event()
    threads = [
        threading.Thread(target=release.wait, name="Worker"),
        threading.Thread(target=release.wait, name="Daemon", daemon=True),
    ]
    bus.subscribe(
        "log", lambda message, level: release.set() if message.endswith("Worker.") else None
    )
    for thread in threads:
        thread.start()
    bus.start()
    bus.exit()
    bus.block()
    assert "Waiting for thread Worker." in messages(bus)
    assert "Waiting for thread Daemon." not in messages(bus)
    threads[1].join()


def test_block_waits_for_a_daemons_exit(bus):
    """A daemon thread's exit() is not cut off: block() returns after its last listener."""
    order = []
    release = threading.Event()
    bus.subscribe("exit", lambda: (release.wait(), order.append("exit heard")))
    bus.start()
    thread = threading.Thread(target=bus.exit, daemon=True)
    thread.start()
    bus.wait(states.EXITING)
    threading.Timer(0.05, release.set).start()
    bus.block()
    assert order == ["exit heard"]
    thread.join()


def test_block_ended_by_ctrl_c(bus):
    """Ctrl-C in block() exits the bus, and block() returns."""
    bus.start()
    bus.subscribe("main", raiser(KeyboardInterrupt()))
    bus.block(interval=0.001)
    assert "Keyboard Interrupt: shutting down bus" in messages(bus)
    assert bus.state is states.EXITING


def test_block_ended_by_an_interrupted_wait():
    """An OSError of a wait() that a program has made its own counts as Ctrl-C."""

    class OwnBus(Bus):
        def wait(self, *args, **kwargs):
            raise InterruptedError

    bus = OwnBus()
    bus.start()
    bus.block()
    assert bus.state is states.EXITING


def test_block_ended_by_system_exit(bus):
    """SystemExit in block() exits the bus and goes on."""
    bus.start()
    bus.subscribe("main", raiser(SystemExit(6)))
    with pytest.raises(SystemExit) as caught:
        bus.block(interval=0.001)
    assert caught.value.code == 6
    assert "SystemExit raised: shutting down bus" in messages(bus)
    assert bus.state is states.EXITING


def test_second_ctrl_c_while_listeners_stop(bus, ended):
    """Ctrl-C in the middle of exiting ends the process at once."""
    bus.start()
    bus.subscribe("main", raiser(KeyboardInterrupt()))
    bus.subscribe("stop", raiser(KeyboardInterrupt()))
    with pytest.raises(Ended):
        bus.block(interval=0.001)
    assert ended == [130]


def test_second_ctrl_c_while_a_signal_exits(bus, ended):
    """Ctrl-C while a SIGTERM's exit() runs inside block() ends the process at once."""
    bus.start()
    bus.subscribe("main", bus.exit)
    bus.subscribe("stop", raiser(KeyboardInterrupt()))
    with pytest.raises(Ended):
        bus.block(interval=0.001)
    assert ended == [130]
    assert "Keyboard Interrupt: shutting down bus" not in messages(bus)


def test_second_ctrl_c_while_joining(bus, ended):
    """Ctrl-C while block() waits for threads ends the process at once, log or no log."""
    bus.start()
    bus.exit()
    bus.subscribe("log", raiser(KeyboardInterrupt()))
    with pytest.raises(Ended):
        bus.block()
    assert ended == [130]


def wait_for_line(process, wanted):
    """Read the process's output up to the line `wanted`; return what came before it."""
    lines = []
    for line in process.stdout:
        if line.rstrip() == wanted:
            return lines
        lines.append(line.rstrip())
    raise AssertionError(f"{wanted!r} did not come: {lines!r} {process.stderr.read()!r}")


def test_ctrl_c_in_a_real_process():
    """Ctrl-C ends block() promptly even with a long interval; the process ends with 0."""
    process = start_script("""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        bus.start()
        say_when_blocked()
        bus.block(interval=30)
    """)
    with process:
        wait_for_line(process, "ready")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert time.monotonic() - began < 10
    assert "Keyboard Interrupt: shutting down bus" in output
    assert output.rstrip().endswith("Waiting for child threads to terminate...")


def test_second_ctrl_c_in_a_real_process():
    """A second Ctrl-C ends a process whose threads do not stop."""
    process = start_script("""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=threading.Event().wait, name="Stubborn").start()
        bus.start()
        say_when_blocked()
        bus.block()
    """)
    with process:
        wait_for_line(process, "ready")
        process.send_signal(signal.SIGINT)
        wait_for_line(process, "Waiting for thread Stubborn.")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "ending the process at once" in output


def test_start_with_callback(bus):
    """The function is called in a thread of its own once the bus is STARTED."""
    seen = []
    thread = bus.start_with_callback(
        lambda *args, **kwargs: seen.append((args, kwargs, bus.state)), (1,), {"two": 2}
    )
    thread.join()
    assert thread.name.startswith("Bus Callback ")
    assert seen == [((1,), {"two": 2}, states.STARTED)]
    bus.exit()


def test_start_with_callback_of_a_failing_start(bus):
    """The function is not called, and no thread is left, if the bus exits instead."""
    seen = []
    bus.subscribe("start", raiser(SystemExit(1)))
    with pytest.raises(SystemExit):
        bus.start_with_callback(seen.append, (1,))
    for thread in threading.enumerate():
        if thread.name.startswith("Bus Callback"):
            thread.join(10)
    assert seen == []


# ---- re-execution


def test_restart_in_a_real_process(tmp_path):
    """restart() executes the same command line anew from where it began, closing files."""
    inherited = tmp_path / "inherited"
    inherited.write_text("")
    code, lines, errors = run_script(
        """
        if "WSGICHERRY_TEST_FD" in os.environ:
            try:
                os.fstat(int(os.environ["WSGICHERRY_TEST_FD"]))
            except OSError:
                say("descriptor closed")
            say("second", os.getpid() == int(os.environ["WSGICHERRY_TEST_PID"]))
            say(os.getcwd(), sys.argv[1:], os.environ["PYTHONPATH"].split(os.pathsep)[0])
            sys.exit(4)
        fd = os.open(sys.argv[1], os.O_RDONLY)
        os.set_inheritable(fd, True)
        os.environ["WSGICHERRY_TEST_FD"] = str(fd)
        os.environ["WSGICHERRY_TEST_PID"] = str(os.getpid())
        bus.start()
        os.chdir("/")
        threading.Thread(target=bus.restart, daemon=True).start()
        bus.block()
        """,
        str(inherited),
        "two words",
        cwd=tmp_path,
    )
    assert code == 4, errors
    here = os.path.realpath(tmp_path)
    assert any(line.startswith("Re-spawning ") for line in lines)
    assert lines[-3:-1] == ["descriptor closed", "second True"]
    assert lines[-1] == f"{here} {[str(inherited), 'two words']} {here}"


class Replaced(Exception):
    """Stands for the process's replacement."""


def test_block_replaces_the_process(bus, monkeypatch, tmp_path):
    """After restart() block() executes the interpreter's own command line, from the start's
    directory, with everything flushed."""
    calls = []

    def execv(path, command):
        calls.append((path, command, os.getcwd()))
        raise Replaced

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(respawn.sys, "executable", "/bin/snake")
    monkeypatch.setattr(respawn.sys, "orig_argv", ["snake", "-m", "shop", "--fast"])
    monkeypatch.setattr(respawn.sys, "stdout", None)
    monkeypatch.setattr(respawn, "close_on_exec", list)
    began = os.getcwd()
    bus._startup_directory = began
    monkeypatch.chdir(tmp_path)
    bus.start()
    bus.restart()
    with pytest.raises(Replaced):
        bus.block()
    assert calls == [("/bin/snake", ["/bin/snake", "-m", "shop", "--fast"], began)]
    assert messages(bus)[-1] == "Re-spawning /bin/snake -m shop --fast"


def test_respawn_where_the_directory_is_gone(monkeypatch, tmp_path):
    """A program begun in a directory that was removed meanwhile is executed where it is."""
    monkeypatch.setattr(os, "execv", raiser(Replaced()))
    monkeypatch.setattr(respawn, "close_on_exec", list)
    monkeypatch.setattr(os, "getcwd", raiser(FileNotFoundError()))
    assert respawn.startup_directory() is None
    with pytest.raises(Replaced):
        respawn.respawn(None, 0, lambda message: None)


@pytest.mark.parametrize(
    ("path", "before", "directory", "after"),
    [
        (["", "/x"], None, "/home", "/home"),
        (["", "/x"], "/a:/b", "/home", "/home:/a:/b"),
        (["", "/x"], "/home:/b", "/home", "/home:/b"),
        (["/x"], "/a", "/home", "/a"),
        ([], None, "/home", None),
        ([""], "/a", None, "/a"),
    ],
)
def test_keep_import_path(path, before, directory, after):
    """PYTHONPATH names the start's directory if imports came from wherever we are, once."""
    environ = {} if before is None else {"PYTHONPATH": before}
    respawn.keep_import_path(environ, path, directory)
    assert environ.get("PYTHONPATH") == after


def test_open_descriptors(monkeypatch, tmp_path):
    """The system's list of descriptors is used; without one, all numbers below the limit."""
    with open(tmp_path / "file", "w") as file:
        assert file.fileno() in respawn.open_descriptors(10_000)
        assert file.fileno() not in respawn.open_descriptors(file.fileno())
    monkeypatch.setattr(respawn, "FD_FOLDER", str(tmp_path / "none"))
    assert respawn.open_descriptors(6) == [3, 4, 5]
    assert respawn.open_descriptors(0) == []


def test_close_on_exec(monkeypatch, tmp_path):
    """Inheritable descriptors become private; numbers that are not open are passed over."""
    with open(tmp_path / "file", "w") as file:
        os.set_inheritable(file.fileno(), True)
        respawn.close_on_exec([10**6, file.fileno()])
        assert not os.get_inheritable(file.fileno())
        os.set_inheritable(file.fileno(), True)
        monkeypatch.setattr(respawn, "fcntl", None)
        respawn.close_on_exec([file.fileno()])
        assert os.get_inheritable(file.fileno())


def test_constants():
    """The ends of the process have the codes that scripts know."""
    assert (wspbus.EXIT_SOFTWARE, wspbus.EXIT_INTERRUPTED) == (os.EX_SOFTWARE, 128 + 2)


# ---- signals at any moment


def test_a_signal_in_the_middle_of_a_start(bus):
    """Asked to exit by a signal in its own thread, start() undoes what it did, with code 0."""
    stopped = []
    bus.subscribe("start", bus.exit_on_signal)
    bus.subscribe("stop", lambda: stopped.append(1))
    with pytest.raises(SystemExit) as caught:
        bus.start()
    assert caught.value.code == 0
    assert stopped == [1]
    assert bus.state is states.EXITING


def test_a_signal_after_the_start(bus):
    """Once the bus is started, a signal exits it and raises nothing: block() returns."""
    bus.start()
    bus.subscribe("main", bus.exit_on_signal)
    bus.block(interval=0.001)
    assert bus.state is states.EXITING


def test_a_signal_while_the_bus_exits(bus):
    """A signal in the middle of an exit changes nothing, also where a start is undone."""
    bus.subscribe("stop", bus.exit_on_signal)
    bus.subscribe("exit", bus.exit_on_signal)
    bus.start()
    bus.exit()
    assert messages(bus).count("Bus EXITED") == 1
    bus.subscribe("start", raiser(SystemExit(3)))
    with pytest.raises(SystemExit) as caught:
        bus.start()
    assert caught.value.code == 3
    assert messages(bus).count("Bus EXITED") == 2


def test_a_signal_before_the_first_start(bus):
    """Nothing is there to be stopped: SystemExit ends the program; a stopped bus exits."""
    with pytest.raises(SystemExit) as caught:
        bus.exit_on_signal()
    assert caught.value.code == 0
    bus.start()
    bus.stop()
    bus.exit_on_signal()
    assert bus.state is states.EXITING


def test_a_signal_while_another_thread_starts(bus):
    """The main thread's signal cannot undo another thread's start: it exits the bus."""
    seen = []

    def start_elsewhere():
        thread = threading.Thread(target=bus.start)
        thread.start()
        thread.join()

    start_elsewhere()
    seen.append(bus.state)
    bus.exit_on_signal()
    assert seen == [states.STARTED]
    assert bus.state is states.EXITING


@pytest.mark.parametrize("is_exited", [False, True])
def test_a_ctrl_c_before_block(bus, is_exited):
    """Who caught a Ctrl-C before block() has the bus exited once, and waits as block() does."""
    bus.start()
    if is_exited:
        bus.exit()
    bus.exit_on_interrupt()
    assert bus.state is states.EXITING
    assert messages(bus).count("Bus EXITED") == 1
    assert messages(bus)[-1] == "Waiting for child threads to terminate..."


def test_a_second_ctrl_c_before_block(bus, ended):
    """The second one ends the process at once."""
    bus.start()
    bus.subscribe("stop", raiser(KeyboardInterrupt()))
    with pytest.raises(Ended):
        bus.exit_on_interrupt()
    assert ended == [130]


def test_a_second_ctrl_c_while_a_start_is_undone(bus, ended):
    """Ctrl-C in a start, and another one while the listeners stop: the end, with 130."""
    bus.subscribe("start", raiser(KeyboardInterrupt()))
    bus.subscribe("stop", raiser(KeyboardInterrupt()))
    with pytest.raises(Ended):
        bus.start()
    assert ended == [130]


def test_a_late_request_does_not_start_an_exiting_bus(bus):
    """An exit passes through STOPPED; a request that is cut off there starts nothing."""

    def on_log(message, level):
        if message == "Bus STOPPED":
            bus.start_embedded()

    bus.start()
    bus.subscribe("log", on_log)
    bus.exit()
    assert messages(bus).count("Bus STARTING") == 1
    assert not bus.is_embedded

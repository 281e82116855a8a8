"""Sessions in files: the promises of SessionStore, damage, faults and other processes."""

from __future__ import annotations

import os
import stat
import time
from unittest.mock import ANY

import pytest
from file_processes import run

from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions import file as module
from wsgicherry.lib.sessions.file import FileStore

ID = "0123456789abcdef" * 2
BAD_IDS = ["", "../x", "a/b", "a\0b", f"{ID}.lock", "é", "a" * 129, "a\n"]


def later(seconds=3600):
    return time.time() + seconds


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "sessions"


@pytest.fixture
def store(folder):
    store = FileStore(storage_path=str(folder))
    store.told = []
    store.warn = store.told.append
    return store


@pytest.fixture
def saved(store):
    """A store with one record."""
    assert store.save(ID, b"content", later(), None)
    return store


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def sessions(folder):
    return sorted(name for name in os.listdir(folder) if name not in ("locks", "damaged"))


@pytest.mark.parametrize("path", [None, "", b"x", "a\0b"])
def test_no_folder_named(path):
    """Without a usable storage_path there is an error that names it."""
    with pytest.raises(ConfigError, match=r"tools\.sessions\.storage_path"):
        FileStore(storage_path=path)


def test_relative_path(tmp_path, monkeypatch):
    """A relative path is meant from where the store was made."""
    monkeypatch.chdir(tmp_path)
    store = FileStore(storage_path="here")
    assert store.storage_path == str(tmp_path / "here")
    assert os.listdir(tmp_path) == []


def test_private(folder):
    """Folders are 0700 and files 0600, whatever the umask; nothing is made before a save."""
    before = os.umask(0)
    try:
        store = FileStore(storage_path=folder)
        assert (store.load(ID), len(store), store.ids_of("x")) == (None, 0, [])
        store.clean_up()
        assert not folder.parent.exists()
        store.save(ID, b"x", later(), None)
        store.add_id("x", ID)
    finally:
        os.umask(before)
    assert {mode(each) for each in (folder.parent, folder, folder / "users")} == {0o700}
    files = [folder / f"session-{ID}", folder / "locks", *(folder / "users").iterdir()]
    assert {mode(each) for each in files} == {0o600}


def test_open_folder_of_ours(store, folder):
    """A folder that others may read is closed if there is nothing in it but sessions."""
    folder.mkdir(parents=True, mode=0o755)
    (folder / f"session-{ID}.lock").touch()
    store.save(ID, b"x", later(), None)
    assert (mode(folder), store.told) == (0o700, [])


def test_open_folder_with_other_things(store, folder):
    """A folder that holds other things too stays as it is; the administrator is told once."""
    folder.mkdir(parents=True, mode=0o755)
    (folder / "readme").touch()
    for id in ("a", "b"):
        store.save(id, b"x", later(), None)
    assert mode(folder) == 0o755
    assert len(store.told) == 1
    assert "mode 0755" in store.told[0]


# -- records: what the contract of stores does not say ------------------------------------


def test_changed_while_it_waited(saved, monkeypatch):
    """What somebody else saved in the meantime stays, and no file is left."""
    version, changing = saved.load(ID).version, saved._changing

    def overtaken(id):
        monkeypatch.undo()
        assert saved.save(ID, b"theirs", later(), version)
        return changing(id)

    monkeypatch.setattr(saved, "_changing", overtaken)
    assert not saved.save(ID, b"mine", later(), version)
    assert saved.load(ID).content == b"theirs"
    assert sessions(saved.storage_path) == [f"session-{ID}"]


@pytest.mark.parametrize("seconds", [60, 7200, 1e15])
def test_touch(saved, seconds):
    """A touch moves the expiry, later or sooner, and keeps the content."""
    saved.touch(ID, later(seconds), ANY)
    stored = saved.load(ID)
    # The year 2446 is the last one that ext4 knows.
    assert stored.expires == pytest.approx(min(later(seconds), 15032385535), abs=30)
    assert stored.content == b"content"


def test_lost_mtime(saved, folder):
    """A session restored from a copy that has new times lives as long as it would have."""
    os.utime(folder / f"session-{ID}", (1, 1))
    saved.clean_up()
    assert (saved.load(ID).content, len(saved)) == (b"content", 1)


@pytest.mark.parametrize("id", BAD_IDS)
def test_impossible_ids(saved, id):
    """An id that can be none of ours opens nothing and touches no file."""
    before = sorted(os.listdir(saved.storage_path))
    assert saved.load(id) is None
    saved.touch(id, later(), ANY)
    saved.delete(id)
    saved.set_aside(id, b"")
    saved.remove_id("user", id)
    for action in (saved.add_id, lambda *_: saved.save(id, b"x", later(), None)):
        with pytest.raises(ValueError, match="is no session id"):
            action("user", id)
    with pytest.raises(ValueError, match="is no session id"):
        saved.lock(id, 0)
    assert sorted(os.listdir(saved.storage_path)) == before


def test_nothing_stays_of_anonymous_requests(store, folder):
    """10,000 locks of unknown ids leave one lock file, empty."""
    for number in range(10_000):
        lock = store.lock(f"id{number}", 1)
        assert store.load(f"id{number}", lock) is None
        lock.release()
    assert os.listdir(folder) == ["locks"]
    assert os.path.getsize(folder / "locks") == 0


# -- damage --------------------------------------------------------------------------------


def flip(data):
    return data[:-1] + bytes([data[-1] ^ 1])


DAMAGE = {
    "half": lambda data: data[: len(data) // 2],
    "short": lambda data: data[:5],
    "zeros": lambda data: bytes(len(data)),
    "noise": lambda data: os.urandom(5000),
    "bit flip": flip,
    "bit flip in the head": lambda data: flip(data[:40]) + data[40:],
    "not a tuple": lambda data: b"\x80\x04]\x94.",
    "missing class": lambda data: b"cno_module\nNoClass\n.",
    "empty": lambda data: b"",
    "huge": lambda data: b"x" * 1_000_000,
}
KINDS = {
    "directory": lambda path: path.mkdir(),
    "FIFO": os.mkfifo,
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "dangling link": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("kind", [*DAMAGE, *KINDS])
@pytest.mark.parametrize("by", ["set_aside", "clean_up"])
def test_damaged(saved, folder, kind, by):
    """A damaged file gives no content of ours, stops nothing, and is set aside."""
    path = folder / f"session-{ID}"
    if kind in DAMAGE:
        path.write_bytes(DAMAGE[kind](path.read_bytes()))
    else:
        path.unlink()
        KINDS[kind](path)
    stored = saved.load(ID)
    assert stored.content != b"content"
    assert len(stored.content) <= 65536
    if by == "set_aside":
        saved.set_aside(ID, b"something else")
        assert os.path.lexists(path)
        saved.set_aside(ID, stored.content)
    elif kind in ("bit flip", "bit flip in the head", "half"):
        return  # the sweep reads no contents
    else:
        os.utime(path, (1, 1), follow_symlinks=False)
        saved.clean_up()
        assert "set aside" in saved.told[0]
    assert saved.load(ID) is None
    assert [name.partition("-")[2] for name in os.listdir(folder / "damaged")] == [ID]
    assert saved.save(ID, b"fresh", later(), None)


def test_set_aside_is_bounded(store, folder, monkeypatch):
    """So many are kept and no more; the oldest goes."""
    monkeypatch.setattr(module, "MAX_SET_ASIDE", 3)
    for number in range(5):
        store.save(f"id{number}", b"bad", later(), None)
        store.set_aside(f"id{number}", b"bad")
    kept = [name.partition("-")[2] for name in sorted(os.listdir(folder / "damaged"))]
    assert kept == ["id2", "id3", "id4"]


# -- faults --------------------------------------------------------------------------------


def test_path_is_a_file(tmp_path):
    """A storage_path that is no folder: the store is unavailable, and says why without ids."""
    (tmp_path / "file").touch()
    store = FileStore(storage_path=tmp_path / "file")
    actions = [
        lambda: store.load(ID),
        lambda: store.save(ID, b"", 1, None),
        lambda: store.lock(ID, 0),
        lambda: len(store),
    ]
    for action in actions:
        with pytest.raises(StoreUnavailable, match="Not a directory") as error:
            action()
        assert ID not in str(error.value)


def test_full_disk(tmp_path):
    """With no room left the old record stays whole, nothing is left, and later saves work."""
    assert run(
        """
        import resource
        assert store.save("abc", b"old", LATER, None)
        version = store.load("abc").version
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        try:
            store.save("abc", b"x" * 200_000, LATER, version)
        except StoreUnavailable as error:
            print(error)
        assert store.load("abc").content == b"old"
        assert sorted(os.listdir(folder)) == ["locks", "session-abc"], os.listdir(folder)
        assert store.save("abc", b"new", LATER, version)
        """,
        tmp_path / "s",
    ).endswith("File too large.")


def test_200_kills(tmp_path):
    """A save of 2 MB killed 200 times: the old record or the new one, never neither."""
    counts = run(
        """
        SIZE = 2_000_000
        assert store.save("abc", b"0" * SIZE, LATER, None)
        def saving():
            turn = 0
            while True:
                turn += 1
                store.save("abc", b"%d" % (turn % 10) * SIZE, LATER, store.load("abc").version)
        kinds = {"whole": 0}
        for _ in range(200):
            child = in_child(saving)
            time.sleep(random.uniform(0.001, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            stored = store.load("abc")
            assert stored.content == stored.content[:1] * SIZE
            kinds["whole"] += 1
        import wsgicherry.lib.sessions.file as module
        module.LEFTOVER_SECONDS = -1
        store.clean_up()
        assert sorted(os.listdir(folder)) == ["locks", "session-abc"]
        print(kinds["whole"])
        """,
        tmp_path / "s",
    )
    assert counts == "200"


def test_interrupted_save(saved, monkeypatch):
    """A save that ends by an error of any kind leaves no file, and the old record whole."""

    def fails(id):
        raise KeyboardInterrupt

    monkeypatch.setattr(saved, "_changing", fails)
    with pytest.raises(KeyboardInterrupt):
        saved.save(ID, b"new", later(), saved.load(ID).version)
    assert saved.load(ID).content == b"content"
    assert sessions(saved.storage_path) == [f"session-{ID}"]


def test_greenlets(tmp_path):
    """Under gevent a lock that another process holds stops one greenlet, not all."""
    pytest.importorskip("gevent")
    body = """
        read, write = os.pipe()
        def child():
            lock = store.lock("abc", 5)
            os.write(write, b"x")
            signal.pause()
        child = in_child(child)
        os.read(read, 1)
        from gevent import monkey, spawn
        monkey.patch_all()
        store = FileStore(storage_path=folder)
        waiting = spawn(store.lock, "abc", 60)
        for _ in range(5):
            spawn(store.lock("other", 5).release).join()
        assert not waiting.ready()
        os.kill(child, signal.SIGKILL)
        waiting.get(timeout=60).release()
        print("done")
        """
    assert run(body, tmp_path) == "done"


# -- clean-up and users --------------------------------------------------------------------


def test_clean_up(store, folder, monkeypatch):
    """Expired records and old leftovers go; live ones, and files of others, stay."""
    for number in range(100):
        store.save(f"old{number}", b"x", later(-1), None)
    store.save("live", b"x", later(), None)
    (folder / ".saving-new").touch()
    (folder / "session-x.lock").touch()
    store.clean_up()
    assert sessions(folder) == [".saving-new", "session-live", "session-x.lock"]
    assert len(store) == 1
    monkeypatch.setattr(module, "LEFTOVER_SECONDS", -1)
    store.clean_up()
    assert sessions(folder) == ["session-live", "session-x.lock"]


def test_clean_up_goes_on(store, folder, monkeypatch):
    """A record that cannot be cleaned stops nothing; it is told, without the whole id."""
    long = "b" * 40
    for id in ("a", long, "c"):
        store.save(id, b"x", later(-1), None)
    clean = store._clean_record

    def fails(id):
        if id == long:
            raise OSError(5, "Input/output error", f"session-{id}")
        return clean(id)

    monkeypatch.setattr(store, "_clean_record", fails)
    store.clean_up()
    assert sessions(folder) == [f"session-{long}"]
    assert "session-bbbbbbbb...: Input/output error" in store.told[0]
    assert long not in store.told[0]


def test_one_clean_up_at_a_time(store, folder):
    """While one process cleans up, another has nothing to do."""
    store.save(ID, b"x", later(-1), None)
    lock = store._locks.acquire("clean-up:", 0)
    store.clean_up()
    assert sessions(folder) == [f"session-{ID}"]
    lock.release()


@pytest.mark.parametrize("user", ["ann", "", "../x", "a\0b", "\ud800", "x" * 10_000])
def test_users(store, user):
    """The sessions of a user, whatever the name, are listed oldest first, each once."""
    for id in ("c", "a", "b", "c"):
        store.add_id(user, id)
    assert store.ids_of(user) == ["c", "a", "b"]
    store.remove_id(user, "a")
    assert store.ids_of(user) == ["c", "b"]
    for id in ("b", "c", "none"):
        store.remove_id(user, id)
    assert store.ids_of(user) == []
    assert store.ids_of("somebody else") == []


def test_ended_sessions_of_users(saved, folder, monkeypatch):
    """The clean-up forgets a user's sessions that have ended, and none that is just begun."""
    saved.add_id("x", ID)
    saved.add_id("x", "begun")
    (file,) = (folder / "users").iterdir()
    lines = file.read_bytes().replace(b"\n", b"\n12 ").split(b"\n")
    file.write_bytes(b"\n12 gone" + file.read_bytes() + b"\n12 to" + b"\n" + lines[0])
    saved.clean_up()
    assert saved.ids_of("x") == [ID, "begun"]

#!/usr/bin/env python3
"""The /proc/net reader where the kernel really has no sock_diag to offer: an arm64 build under qemu-user.

    tests/live/arm64.py BUILD/lsports

BUILD is the native one, whose answer through sock_diag must hold the same records. Not part of `meson test`, because it
needs another architecture's packages:

    dpkg --add-architecture arm64 && apt-get update
    apt-get install gcc-aarch64-linux-gnu qemu-user-static libmnl-dev:arm64 libnl-3-dev:arm64 libcmocka-dev:arm64
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def build(folder):
    setup = ["meson", "setup", folder, HERE.parent.parent, "--cross-file", HERE / "arm64.ini"]
    for command in (setup, ["ninja", "-C", folder, "lsports"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)
    return ["qemu-aarch64-static", f"{folder}/lsports"]


def records(command):
    done = subprocess.run([*command, "-a", "--json"], capture_output=True, text=True, timeout=60)
    document = json.loads(done.stdout)
    return document["not_checked"], sorted(
        [s["proto"], s["family"], s["state"], s["local"]["addr"], s["local"]["port"], s["peer"], s["inode"], s["uid"],
         s["owner"], [h["pid"] for h in s["holders"]]] for s in document["sockets"] if s["state"] != "BOUND")


def make_world():
    listener, dual, udp = socket.socket(), socket.socket(socket.AF_INET6), socket.socket(type=socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    dual.bind(("::", 0))
    dual.listen()
    udp.bind(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    return listener, dual, udp, client, listener.accept()


def main():
    for tool in ("aarch64-linux-gnu-gcc", "qemu-aarch64-static", "meson"):
        if shutil.which(tool) is None:
            print(f"skipped: no {tool}\n0 passed, 0 failed, 1 skipped")
            return
    with tempfile.TemporaryDirectory() as folder:
        foreign = build(folder)
        world = make_world()
        not_checked, seen = records(foreign)
        _, expected = records([sys.argv[1]])
        del world
    same = seen == expected and len(seen) >= 5
    said = any("/proc/net" in sentence for sentence in not_checked)
    print(f"{len(seen)} records through /proc/net, {len(expected)} through sock_diag; the fallback is said: {said}")
    print("1 passed, 0 failed" if same and said else f"0 passed, 1 failed\n{seen}\n{expected}")
    sys.exit(0 if same and said else 1)


main()

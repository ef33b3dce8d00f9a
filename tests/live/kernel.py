#!/usr/bin/env python3
"""The live tests under another kernel, for what this one lacks (VRFs: answer.vrf) or does otherwise.

    tests/live/kernel.py KERNEL BUILD/lsports [FILTER...] --helpers BUILD/tests/live

KERNEL is the package of a kernel, laid open: apt-get download linux-image-VERSION-amd64; dpkg -x PACKAGE KERNEL. It
runs in an emulated machine that sees the files of this one; what it writes is gone with it. Not part of `meson test`:
it wants apt-get install --no-install-recommends qemu-system-x86 busybox-static kmod, and takes ten times as long.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 1800
BEFORE = ["virtio_pci", "9pnet_virtio", "9p", "overlay"]  # what it takes to see our files
MODULES = ["vrf", "veth", "inet_diag", "tcp_diag", "udp_diag"]
APPLETS = "sh mount mkdir modprobe switch_root cp"

INIT = """#!/bin/sh
mkdir -p /proc /host /rw /new
mount -t proc proc /proc
for module in {before}; do modprobe $module; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose host /host
mount -t tmpfs tmpfs /rw
mount -t tmpfs tmpfs /new
for path in /host/*; do
	name=${{path##*/}}
	case $name in proc|sys|dev|run|mnt) continue;; esac
	if [ -L $path ]; then
		cp -d $path /new
	elif [ -d $path ]; then
		mkdir -p /rw/$name/upper /rw/$name/work /new/$name
		mount -t overlay -o lowerdir=$path,upperdir=/rw/$name/upper,workdir=/rw/$name/work overlay /new/$name
	fi
done
mkdir /new/proc /new/sys /new/dev /new/run /new/mnt
cp /tests.sh /new
exec switch_root /new /bin/sh /tests.sh
"""

TESTS = """mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
export PATH={path} HOME=/ TMPDIR=/run
for module in {modules}; do modprobe -d {kernel} $module; done
ip link set lo up
{command}
echo o > /proc/sysrq-trigger
while :; do :; done
"""


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    kernel, arguments = os.path.abspath(sys.argv[1]), [absolute(word) for word in sys.argv[2:]]
    version = os.listdir(f"{kernel}/lib/modules")[0]
    subprocess.run(["depmod", "-b", kernel, version], check=True)
    with tempfile.TemporaryDirectory() as folder:
        command = shlex.join([sys.executable, "-B", str(HERE / "run.py"), *arguments])
        make_files(f"{folder}/new", kernel, version, command)
        pack(f"{folder}/new", f"{folder}/initrd")
        return boot(f"{kernel}/boot/vmlinuz-{version}", f"{folder}/initrd")


def absolute(word):
    return os.path.abspath(word) if os.path.exists(word) else word


def make_files(root, kernel, version, command):
    """The first file system of the machine: it finds ours and goes over to it."""
    os.makedirs(f"{root}/bin")
    shutil.copy(shutil.which("busybox"), f"{root}/bin/busybox")
    for name in APPLETS.split():
        os.symlink("busybox", f"{root}/bin/{name}")
    modules = f"lib/modules/{version}"
    os.makedirs(f"{root}/{modules}")
    for name in pathlib.Path(kernel, modules).glob("modules.*"):
        shutil.copy(name, f"{root}/{modules}")
    for module in BEFORE:
        said = subprocess.run(["modprobe", "-d", kernel, "-S", version, "--show-depends", module], check=True,
                              capture_output=True, text=True).stdout
        for path in re.findall(r"^insmod (\S+)", said, re.M):
            target = os.path.join(root, os.path.relpath(path, kernel))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)
    pathlib.Path(root, "tests.sh").write_text(TESTS.format(path=os.environ["PATH"], modules=" ".join(MODULES),
                                                           kernel=shlex.quote(kernel), command=command))
    init = pathlib.Path(root, "init")
    init.write_text(INIT.format(before=" ".join(BEFORE)))
    init.chmod(0o755)


def pack(root, path):
    names = [os.path.relpath(os.path.join(folder, name), root)
             for folder, folders, files in os.walk(root) for name in sorted(folders + files)]
    with open(path, "wb") as file:
        subprocess.run(["busybox", "cpio", "-o", "-H", "newc"], input="\n".join(names).encode() + b"\n", cwd=root,
                       stdout=file, stderr=subprocess.DEVNULL, check=True)


def boot(kernel, initrd):
    """0 when the last line counts no failure."""
    machine = ["timeout", str(LIMIT_S), "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "2048",
               "-nographic", "-no-reboot", "-nic", "none", "-kernel", kernel, "-initrd", initrd,
               "-append", "console=ttyS0 panic=-1 quiet",
               "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
               "-device", "virtio-9p-pci,fsdev=host,mount_tag=host"]
    said = ""
    with subprocess.Popen(machine, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace") as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            said += line
    return 0 if re.search(r"^\d+ passed, 0 failed", said, re.M) else 1


if __name__ == "__main__":
    sys.exit(main())

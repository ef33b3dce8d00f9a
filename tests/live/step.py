"""step.py - a program that runs one system call at a time, so that a test may change the world between any two.

ptrace(2), TRACEME and PTRACE_SYSCALL only: no registers are read, so it is the same on every machine.
"""

import ctypes
import os
import signal

TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
OPTIONS = 1 | 0x8 | 0x100000  # TRACESYSGOOD, TRACECLONE, EXITKILL
WALL = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long] * 4
_libc.ptrace.restype = ctypes.c_long


class Stepped:
    """Started and stopped at its first instruction. step() runs to the end of its next system call."""

    def __init__(self, argv, env):
        self.out, write_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.dup2(write_end, 1)
                if _libc.ptrace(TRACEME, 0, 0, 0) == 0:
                    os.execve(argv[0], argv, env)
            finally:
                os._exit(127)
        os.close(write_end)
        self.code = None  # its exit code, when it ended
        self.alive = os.WIFSTOPPED(os.waitpid(self.pid, WALL)[1])
        if not self.alive or _libc.ptrace(SETOPTIONS, self.pid, 0, OPTIONS) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def _to_next_stop(self):
        if _libc.ptrace(SYSCALL, self.pid, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
        status = os.waitpid(self.pid, WALL)[1]
        self.alive = os.WIFSTOPPED(status)
        if not self.alive:
            self.code = os.waitstatus_to_exitcode(status)
        return self.alive and os.WSTOPSIG(status) == signal.SIGTRAP | 0x80

    def step(self):
        """False when it ended."""
        stops = 0
        while self.alive and stops < 2:  # at its beginning and at its end
            stops += self._to_next_stop()
        return self.alive

    def finish(self):
        """Runs to the end; what it wrote. Small outputs only (a pipe holds them)."""
        steps = 0
        while self.step():
            steps += 1
        with open(self.out, "rb") as pipe:
            return pipe.read(), steps

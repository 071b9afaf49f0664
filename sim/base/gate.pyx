"""Places at which the thread that executes a program lets others look, or waits until they let it go on.

The executing thread passes the gate before each instruction and before each piece of time on the chip. Nobody who waits there, or looks,
changes what is computed: time on the chip stands still meanwhile.
"""

import _thread
import logging
import threading

from hicannx_sim.base.signals import LOOK, waiting

_log = logging.getLogger("hicannx.observe")


cdef class Gate:
    def __init__(self):
        self.changed, self.waiting = threading.Condition(), []
        self.until = -1

    # -- the executing thread

    cdef void passes(self, int64_t tick, bint instruction) noexcept nogil:
        """The next instruction, or piece of time, would begin at a tick. To be called if something is `wanted`."""
        with gil:
            try:
                self._serve(tick, instruction)
            except BaseException as error:  # also if the user interrupts the wait
                self.paused, self.until = False, -1
                if isinstance(error, KeyboardInterrupt):
                    _thread.interrupt_main()
                else:
                    _log.exception("somebody who looked")

    def _serve(self, int64_t tick, bint instruction):
        with self.changed:
            self._call()
            while self.paused and not self._lets(tick, instruction):
                self.changed.wait(LOOK)
                if waiting():  # a signal that may end the program
                    self.paused, self.until = False, -1
                self._call()
            self.wanted = self.paused

    cdef bint _lets(self, int64_t tick, bint instruction):
        """Time may go on from here. Who steps by instructions is not held up within one."""
        if self.ticks:
            self.until, self.ticks = tick + self.ticks, 0
        if tick < self.until or self.whole and not instruction:
            return True
        self.until = -1
        if self.instructions == 0:
            return False
        self.instructions -= 1
        return True

    def _call(self):
        while self.waiting:
            self.waiting.pop(0)()

    # -- others

    def ask(self, call):
        """The executing thread calls this at the next opportunity, while time stands still."""
        with self.changed:
            self.waiting.append(call)
            self.wanted = 1
            self.changed.notify_all()

    def serve(self):
        """Calls what has been asked for in the thread of the caller, who knows that nothing is executed."""
        with self.changed:
            self._call()
            self.wanted = self.paused

    def forget(self, call):
        """Nobody wants this any more, if it has not been called yet."""
        with self.changed:
            if call in self.waiting:
                self.waiting.remove(call)

    def pause(self):
        """Time stands still from the next opportunity on."""
        self._allow()

    def step(self, instructions=0, ticks=0):
        """So many instructions of the program are executed, or so many ticks of 2 ns pass, and time stands still again."""
        self._allow(instructions, ticks)

    def _allow(self, instructions=0, ticks=0):
        with self.changed:
            self.paused, self.wanted = True, 1
            self.whole, self.instructions, self.ticks, self.until = instructions > 0, instructions, ticks, -1
            self.changed.notify_all()

    def resume(self):
        """Time goes on."""
        with self.changed:
            self.paused, self.until = False, -1
            self.changed.notify_all()

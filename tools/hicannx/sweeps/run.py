"""The points of a sweep on workers: at most two for each worker are handed out at a time, and a worker that dies takes nothing with it."""

from __future__ import annotations

import os
import pickle
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fisch.environment import MODES, Whole
from hicannx.commands import MOST_RETRIES, MOST_WORKERS
from hicannx.connecting import connect
from hicannx.processes import without_interrupts
from hicannx.progress import progress_bar
from hicannx.sweeps.points import SweepError, Task, tasks, whole
from hicannx.sweeps.results import Result, Results
from hicannx.sweeps.store import Store

__all__ = ["SweepError", "sweep"]

Function = Callable[[Any, Any], Any]


def sweep(
    function: Function,
    points: Any,
    *,
    chips: Sequence[int] = (0,),
    mode: str | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    workers: int | None = None,
    store: str | Path | None = None,
    retries: int = 1,
    progress: bool | None = None,
) -> Results:
    """Calls `function(connection, point)` for every point, each time with a connection to a chip that has just been powered on.

    function   at the top of a module or script, so that workers can import it; what it returns is the point's value
    points     a grid (names and their values: all combinations), an iterable of mappings, or a structured array
    chips      serial numbers that take turns; a point with a `chip` chooses its own
    mode       of the chips, see `hicannx.connect`
    seed       of the whole sweep; each point's trial noise follows from it and from the point's place, so that results depend neither on
               the number of workers nor on their order
    executor   anything with the interface of concurrent.futures: Dask's `client.get_executor()`, mpi4py's `MPIPoolExecutor`; by default
               processes on this machine, `workers` of them (all processors if not given)
    store      a file that keeps values of finished points: the same sweep, started again, skips them
    retries    how often a point is tried again after its worker died
    progress   a bar on the terminal; by default if there is one

    Errors of the function are kept in its result; the other points go on. Raises SweepError for points, chips or values that do not fit.
    """
    if not callable(function):
        raise SweepError(f"function: {function!r} is none")
    if getattr(mode, "value", mode) not in (None, *MODES.words):
        raise SweepError(f"mode: {mode!r} is not {MODES}")
    if workers is not None:
        workers = whole("workers", workers, Whole(1, MOST_WORKERS))
    retries = whole("retries", retries, Whole(0, MOST_RETRIES))
    every = tasks(points, chips, seed)
    kept = Store(Path(store), function) if store is not None else None
    try:
        known = {task.index: result for task in every if kept and (result := kept.get(task))}
        missing = [task for task in every if task.index not in known]
        if executor is None:
            _require_importable(function)
        pool = _Processes(workers) if executor is None else _Given(executor)
        found = _results(pool, function, mode, missing, retries)
        for result in progress_bar(found, progress, total=len(every), initial=len(known), unit="point") or found:
            known[result.index] = result
            if kept:
                kept.put(result)
    finally:
        if kept:
            kept.close()
    return Results([known[task.index] for task in every])


def _require_importable(function: Function) -> None:
    """Workers are processes that import what they call."""
    inner = getattr(function, "func", function)  # of a functools.partial
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise SweepError(f"function: workers cannot import it ({error}); define it at the top of a file") from None
    if getattr(inner, "__module__", "") == "__main__" and not Path(getattr(sys.modules["__main__"], "__file__", None) or "").is_file():
        raise SweepError(
            f"function: workers cannot import {inner!r} from where it was typed in; put it into a file, and import it from there"
        )


def point(function: Function, mode: str | None, task: Task) -> Result:
    """What a worker does with one point."""
    begin = time.perf_counter()
    value, error = None, None
    try:
        with connect(serial=task.chip, mode=mode, seed=task.seed) as connection:
            value = function(connection, dict(task.point))
    except Exception:
        error = traceback.format_exc()
    return Result(task.index, task.point, value, error, time.perf_counter() - begin, task.chip, task.seed)


class _Processes:
    """Processes on this machine, made anew after one of them died."""

    def __init__(self, workers: int | None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, get_context("spawn"))

    def submit(self, *given: Any) -> Future[Result]:
        try:
            with without_interrupts():
                return self._pool.submit(*given)
        except BrokenExecutor as error:  # a process died meanwhile
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def renew(self) -> None:
        """After a process died."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def end(self) -> None:
        """At once, whatever the workers are at."""
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self.close()


class _Given:
    """An executor of the caller's, which mends itself."""

    workers = 64

    def __init__(self, executor: Executor) -> None:
        self._pool = executor

    def submit(self, *given: Any) -> Future[Result]:
        return self._pool.submit(*given)

    def renew(self) -> None:
        pass

    def close(self) -> None:
        pass

    end = close


def _results(pool: _Processes | _Given, function: Function, mode: str | None, missing: list[Task], retries: int) -> Iterator[Result]:
    """Results as they come. Points whose worker died are tried again one at a time, so that only the one that kills its worker pays."""
    waiting, alone, attempts = deque(missing), deque[Task](), dict.fromkeys((task.index for task in missing), 0)
    running: dict[Future[Result], Task] = {}
    try:
        while waiting or alone or running:
            if alone and not running:
                running = _start(pool, function, mode, [alone.popleft()])
            while waiting and not alone and len(running) < 2 * pool.workers:
                running |= _start(pool, function, mode, [waiting.popleft()])
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            lost = []
            for future in done:
                task = running.pop(future)
                try:
                    yield future.result()
                except BrokenExecutor:
                    lost.append(task)
                except Exception as error:  # it could not be sent, or its value could not be sent back
                    yield _failed(task, f"{type(error).__name__}: {error}")
            if lost:
                lost += running.values()
                running = {}
                pool.renew()
                for task in lost:
                    attempts[task.index] += len(lost) == 1
                    if attempts[task.index] > retries:
                        yield _failed(task, f"its worker died {attempts[task.index]} times")
                    else:
                        alone.append(task)
    except BaseException:  # also if nobody wants the rest
        pool.end()
        raise
    finally:
        pool.close()


def _failed(task: Task, error: str) -> Result:
    return Result(task.index, task.point, None, error, 0.0, task.chip, task.seed)


def _start(pool: _Processes | _Given, function: Function, mode: str | None, chosen: list[Task]) -> dict[Future[Result], Task]:
    return {pool.submit(point, function, mode, task): task for task in chosen}

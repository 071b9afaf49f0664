"""What the page asks for and gets: its files, frames, registers; and what its buttons do."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

import haldls
from haldls.describe import rows as described
from hicannx.configuration import compared, decoded, place_of
from hicannx.errors import HicannxError
from hicannx.ppu_debug import symbols_of
from hicannx.systems import Target
from hicannx.trust import accuracy
from hicannx_sim import SimError
from hicannx_sim.setup.frame import decode, encode

PAGE: Final = Path(__file__).parent / "files"
INTERVAL: Final = 0.08
"""[s] between frames at least."""
LARGE: Final = ("weights", "labels", "capmem")
"""Arrays that are sent only when they have changed."""
REFUSED: Final = 4401
"""Why a socket is closed, for those without the token."""


def application(target: Target, token: str, programs: tuple[Any, Any]) -> Starlette:
    """The page of a chip for those who know the token."""
    symbols = [symbols_of(program) for program in programs]

    async def page(request: Request) -> Response:
        if not secrets.compare_digest(request.query_params.get("token", ""), token):
            return PlainTextResponse("The address of this page has a token in it: use the whole address that was printed.\n", 403)
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    async def stream(socket: WebSocket) -> None:
        if not secrets.compare_digest(socket.query_params.get("token", ""), token):
            await socket.close(REFUSED)
            return
        await socket.accept()
        await _Session(target, symbols, socket).run()

    files = Mount("/files", StaticFiles(directory=PAGE))
    return Starlette(routes=[Route("/", page), WebSocketRoute("/stream", stream), files])


class _Session:
    """One open page."""

    def __init__(self, target: Target, symbols: list[Any], socket: WebSocket) -> None:
        self._target, self._symbols, self._socket = target, symbols, socket
        self._sent: dict[str, int] = {}
        self._ready = asyncio.Event()
        self._orders: dict[str, Callable[[dict[str, Any]], Any]] = {
            "pause": lambda order: target.pause(),
            "resume": lambda order: target.resume(),
            "step": lambda order: target.step(int(order.get("instructions", 0)), round(500 * float(order.get("us", 0)))),
            "rewind": lambda order: target.rewind(1),
            "register": lambda order: _register(target, str(order.get("name")), int(order.get("index", 0))),
        }

    async def run(self) -> None:
        """Until the page is closed."""
        await self._socket.send_text(json.dumps({"registers": compared()}))
        frames = asyncio.create_task(self._frames())
        try:
            while True:
                await self._order(json.loads(await self._socket.receive_text()))
        except (WebSocketDisconnect, ValueError, RuntimeError):
            pass
        finally:
            frames.cancel()

    async def _order(self, order: Any) -> None:
        """The page has drawn a frame, or somebody has pressed a button."""
        if not isinstance(order, dict):
            raise ValueError("an order is an object")
        if order.get("do") == "ready":
            self._ready.set()
            return
        call = self._orders.get(str(order.get("do")), _unknown)
        try:
            answer = await asyncio.to_thread(call, order)
        except (HicannxError, SimError, OSError, TypeError, ValueError, IndexError) as error:
            answer = {"error": str(error)}
        if answer is not None:
            await self._socket.send_text(json.dumps(answer))

    async def _frames(self) -> None:
        while True:
            begin = time.monotonic()
            try:
                await self._socket.send_bytes(self._changed(await asyncio.to_thread(self._target.frame)))
            except (HicannxError, SimError, OSError) as error:
                await self._socket.send_text(json.dumps({"error": str(error)}))
                self._ready.set()
            await self._ready.wait()
            self._ready.clear()
            await asyncio.sleep(max(INTERVAL - (time.monotonic() - begin), 0.001))

    def _changed(self, frame: bytes) -> bytes:
        """Without the large arrays that the page has already, and with names of functions."""
        head, arrays = decode(frame)
        for processor, symbols in zip(head["processors"], self._symbols, strict=True):
            processor["function"] = symbols.name(processor["pc"])
        for name in LARGE:
            found = crc32(arrays[name].tobytes())
            if self._sent.get(name) == found:
                del arrays[name]
            self._sent[name] = found
        return encode(head, arrays)


def _unknown(order: dict[str, Any]) -> Any:
    raise HicannxError(f"the page asks for {order.get('do')!r}, which is unknown")


def _register(target: Target, name: str, index: int) -> dict[str, Any]:
    """A register as it stands, field by field."""
    if name not in compared():
        raise HicannxError(f"there is no register {name!r} that can be looked at")
    container = getattr(haldls, name)
    words = target.contents(name)
    if not 0 <= index < len(words):
        raise HicannxError(f"{name}: there are {len(words)}, so there is no number {index}")
    trust, place = accuracy(container), place_of(container, index)
    fields = [
        (field, value, default, unit, meaning)
        for field, value, default, _, unit, meaning in described(decoded(container, place, words[index]))
    ]
    about = {
        "name": name,
        "index": index,
        "count": len(words),
        "place": repr(place),
        "class": trust.accuracy.name.lower(),
        "note": trust.note,
    }
    return {"register": about, "words": [f"{word:#010x}" for word in words[index].tolist()], "fields": fields}

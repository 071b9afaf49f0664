"""The page that shows a chip: who gets it, what it gets, what its buttons do, and that scripts compute the same with it."""

import asyncio
import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import halco
import haldls as hal
import hicannx
from haldls import lola
from hicannx.cli import main
from hicannx.lab import Bench
from hicannx.lab.playback import experiment
from hicannx.served import ServedSystem
from hicannx_sim import System
from hicannx_sim.setup.frame import decode

for needed in ("starlette", "uvicorn", "websockets"):
    pytest.importorskip(needed)

import websockets  # noqa: E402

from hicannx.page import View, listen  # noqa: E402

PATIENCE = 60
PACEMAKERS = range(0, 512, 5)
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def firing_bench() -> Bench:
    """A hundred neurons fire by themselves."""
    bench = Bench(serial=3)
    for number in PACEMAKERS:
        neuron = bench.neuron(number)
        neuron.leak.v_leak, neuron.leak.i_bias = 1000, 200
        neuron.threshold.enable, neuron.threshold.v_threshold = True, 500
        neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        bench.chip.crossbar.nodes[node] = hal.CrossbarNode()
    return bench


def work(bench: Bench, runs: int) -> str:
    """SHA-256 of what some runs give."""
    hashed = sha256()
    for _ in range(runs):
        program = experiment(bench.connection, bench.chip, 300)
        hashed.update(program.madc_samples.to_numpy().tobytes() + program.spikes.to_numpy().tobytes())
    return hashed.hexdigest()


def stream_of(page: Any) -> str:
    return str(page.url).replace("http", "ws").replace("/?", "/stream?")


@contextmanager
def working(bench: Bench, runs: int) -> Iterator[list[str]]:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(work(bench, runs)))
    thread.start()
    yield found
    thread.join(PATIENCE)


def talk(page: Any, what: Callable[[Any], Awaitable[Any]]) -> Any:
    async def session() -> Any:
        async with websockets.connect(stream_of(page), max_size=1 << 24) as socket:
            return await asyncio.wait_for(what(socket), PATIENCE)

    return asyncio.run(session())


async def frame(socket: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The next frame; asks for another one."""
    while isinstance(message := await socket.recv(), str):
        pass
    await socket.send('{"do": "ready"}')
    return decode(message)


async def answer(socket: Any, **order: Any) -> dict[str, Any]:
    await socket.send(json.dumps(order))
    while not isinstance(message := await socket.recv(), str) or "registers" in message:
        await socket.send('{"do": "ready"}')
    return dict(json.loads(message))


def test_only_who_has_the_token_gets_the_page() -> None:
    with hicannx.connect() as connection, hicannx.view(connection) as page:
        with urllib.request.urlopen(page.url) as found:
            assert b"<title>hicannx view</title>" in found.read()
        bare = page.url.partition("?")[0]
        assert bare.startswith("http://127.0.0.1:")
        for wrong in (bare, f"{bare}?token=", f"{bare}?token=x"):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(wrong)
        with pytest.raises(websockets.InvalidStatus, match="403"):
            asyncio.run(_open(stream_of(page).partition("?")[0]))


async def _open(address: str) -> None:
    async with websockets.connect(address):
        pass


def test_frames_show_what_happens_and_change_no_bit() -> None:
    with firing_bench() as bench:
        alone = work(bench, 4)
    with firing_bench() as bench, hicannx.view(bench.connection) as page:

        async def watch(socket: Any) -> list[Any]:
            return [await frame(socket) for _ in range(12)]

        with working(bench, 4) as found:
            frames = talk(page, watch)
        assert found == [alone]
    fired = {int(neuron) for _, arrays in frames for neuron in arrays["fired"]}
    assert fired and fired <= set(PACEMAKERS)
    assert "weights" in frames[0][1] and "weights" not in frames[-1][1], "what has not changed is not sent again"
    assert frames[-1][0]["us"] > frames[0][0]["us"]


def test_buttons() -> None:
    with firing_bench() as bench, hicannx.view(bench.connection) as page:

        async def press(socket: Any) -> None:
            found = await answer(socket, do="register", name="NeuronConfig", index=5)
            assert found["register"]["class"] == "behavioural" and ["enable_fire", "False", "False"] in [
                field[:3] for field in found["fields"]
            ]
            for order, text in (
                ({"do": "register", "name": "NeuronConfig", "index": 512}, "NeuronConfig: there are 512, so there is no number 512"),
                ({"do": "register", "name": "Timer"}, "there is no register 'Timer'"),
                ({"do": "fly"}, "the page asks for 'fly', which is unknown"),
                ({"do": "step", "us": "long"}, "could not convert"),
                ({"do": "step", "us": -1}, "ticks of a step: -500"),
                ({"do": "step", "us": None}, "float()"),
            ):
                assert text in (await answer(socket, **order))["error"]
            await socket.send('{"do": "pause"}')
            while not (await frame(socket))[0]["paused"]:
                pass
            await socket.send('{"do": "resume"}')
            while (await frame(socket))[0]["paused"]:
                pass
            runs = (await frame(socket))[0]["runs"]
            experiment(bench.connection, bench.chip, 20)
            await socket.send('{"do": "rewind"}')
            while (await frame(socket))[0]["runs"] != runs:
                pass

        talk(page, press)


def test_a_served_chip_has_a_page(serve: Any, address: str) -> None:
    serve(System())
    with View(ServedSystem(address), listen(0)) as page:
        head, arrays = talk(page, frame)
        assert head["serial"] == 0 and arrays["membranes"].shape == (512,)


def test_the_command_runs_a_script_beside_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("from hicannx_sim import ModelConnection\nModelConnection(serial=9)\n")
    assert main(["view", "--once", str(script)]) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
    script.write_text("pass\n")
    assert main(["view", "--once", str(script)]) == 1
    assert "made no connection" in capsys.readouterr().err
    with listen(0) as taken:
        port = str(taken.getsockname()[1])
        assert main(["view", "--once", "--port", port, str(script)]) == 1
        assert f"cannot listen at 127.0.0.1:{port}" in capsys.readouterr().err


def test_a_chip_goes_on_when_its_page_ends() -> None:
    with firing_bench() as bench:
        with hicannx.view(bench.connection) as page:

            async def pause(socket: Any) -> None:
                await socket.send('{"do": "pause"}')
                while not (await frame(socket))[0]["paused"]:
                    pass

            talk(page, pause)
        assert len(experiment(bench.connection, bench.chip, 20).madc_samples) > 100


def test_a_port_that_is_taken() -> None:
    with hicannx.connect() as connection, hicannx.view(connection) as page:
        port = int(page.url.split(":")[2].split("/")[0])
        with pytest.raises(hicannx.HicannxError, match=f"cannot listen at 127.0.0.1:{port}"), hicannx.connect() as other:
            hicannx.view(other, port=port)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_draws_it(tmp_path: Path) -> None:
    with firing_bench() as bench, hicannx.view(bench.connection) as page, working(bench, 6):
        drawn = asyncio.run(asyncio.wait_for(_draw(page.url, tmp_path), PATIENCE))
    assert drawn["errors"] == []
    assert drawn["colours"] > 3, "membranes of several voltages"
    assert "runs" in drawn["texts"] and "synapses with a weight" in drawn["texts"]


LOOK = """(() => { const canvas = document.getElementById("membranes"), found = new Set();
const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
for (let k = 0; k < pixels.length; k += 400) found.add(pixels.slice(k, k + 3).join());
return JSON.stringify({colours: found.size, texts: document.body.innerText}); })()"""


async def _draw(url: str, folder: Path) -> dict[str, Any]:
    """What the page shows in a browser without a screen."""
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank")
    browser = subprocess.Popen([str(BROWSER), *options], stderr=subprocess.PIPE, text=True)
    try:
        assert browser.stderr is not None
        port = next(line.split(":")[-1].split("/")[0] for line in browser.stderr if "DevTools listening" in line)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as pages:
            tab = next(one for one in json.load(pages) if one["type"] == "page")
        errors: list[str] = []
        async with websockets.connect(tab["webSocketDebuggerUrl"], max_size=1 << 24) as socket:

            async def call(number: int, method: str, **parameters: Any) -> Any:
                await socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
                while (message := json.loads(await socket.recv())).get("id") != number:
                    if message.get("method") == "Runtime.exceptionThrown":
                        errors.append(str(message["params"]))
                return message["result"]

            await call(1, "Runtime.enable")
            await call(2, "Page.navigate", url=url)
            for attempt in range(20):
                await asyncio.sleep(0.5)
                found = json.loads((await call(3 + attempt, "Runtime.evaluate", expression=LOOK))["result"]["value"])
                if found["colours"] > 3 and "synapses" in found["texts"]:
                    break
            return {**found, "errors": errors}
    finally:
        browser.kill()
        browser.wait()
        browser.stderr.close()  # type: ignore[union-attr]

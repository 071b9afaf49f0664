"""The original's helper for PPU programs: names, signatures, and its command."""

import inspect
from pathlib import Path

import pytest

from dlens_vx_v3 import halco, hxcomm, sta
from dlens_vx_v3.tools import run_ppu_program as tool
from hicannx.ppu import CompilerNotFoundError, build


@pytest.fixture
def program(tmp_path: Path) -> str:
    source = tmp_path / "program.c"
    source.write_text('#include <ppu.h>\nint main(void) { ppu_print("text"); return 3 * ppu_hemisphere(); }')
    try:
        return str(build(source).path)
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


def test_signatures() -> None:
    parameters = {name: list(inspect.signature(getattr(tool, name)).parameters.values()) for name in tool.__all__ if name.islower()}
    named = {name: [(one.name, one.default) for one in found[1:]] for name, found in parameters.items()}
    first = halco.PPUOnDLS(0)
    assert named == {
        "load_and_start_program": [("binary_path", inspect.Parameter.empty), ("ppu", first)],
        "stop_program": [("print_mailbox", True), ("ppu", first)],
        "wait_until_ppu_finished": [("timeout", None), ("ppu", first)],
    }
    assert all(found[0].name == "connection" for found in parameters.values())
    assert issubclass(tool.PPUTimeoutError, Exception)


def test_as_a_client_uses_it(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        for ppu in halco.iter_all(halco.PPUOnDLS):
            tool.load_and_start_program(connection, program, ppu)
            tool.wait_until_ppu_finished(connection, timeout=int(5e5), ppu=ppu)
            assert tool.stop_program(connection, ppu=ppu, print_mailbox=False) == 3 * int(ppu)
            assert capsys.readouterr().out == ""
            assert tool.stop_program(connection, ppu=ppu) == 3 * int(ppu)
            assert capsys.readouterr().out == "text\n"


def test_command(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    tool.main([program])
    assert capsys.readouterr().out == "text\n"
    with pytest.raises(RuntimeError, match="returned 3"):
        tool.main([program, "--ppu_id", "1", "--wait", "100000"])

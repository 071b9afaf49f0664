"""Every name of playback programs and connections that the original has, and that its users take, is there under its import name."""

import gzip
import inspect
from pathlib import Path
from typing import Any

import pytest

import pyhxcomm_vx as hxcomm
import pystadls_vx_v3 as sta

MEMBERS = {
    "sta.PlaybackProgramBuilder": "write read block_until merge_back copy_back done empty size_to_fpga size_from_fpga is_write_only",
    "sta.PlaybackProgram": "spikes madc_samples highspeed_link_notifications spikes_pack_counts madc_samples_pack_counts spikes_type "
    "unsupported_targets empty",
    "sta.ContainerTicket": "valid get get_coordinate fpga_time",
    "sta.AbsoluteTimePlaybackProgramBuilder": "write read merge copy empty is_write_only __iadd__ __add__ __imul__ __mul__ done",
    "sta.AbsoluteTimePlaybackProgramContainerTicket": "valid get get_coordinate fpga_time",
    "sta.PlaybackProgramBuilderDumper": "write read block_until merge_back copy_back done empty size_to_fpga size_from_fpga is_write_only",
    "sta.DumperDone": "values tolist __len__ remove_block_until squash",
    "sta.ReinitStackEntry": "set enforce pop",
    "sta.RunTimeInfo": "connection playback_decode_time",
    "sta.PlaybackGenerator": "generate",
    "sta.ASICAdapterBoardInit": "generate",
    "sta.CubeASICAdapterBoardInit": "generate shift_register dac_control_block dac_channel_block",
    "sta.JboaASICAdapterBoardInit": "generate multiplexer io_expander DigitalPotiArray",
    "sta.ChipInit": "generate jtag_clock_scaler pll_clock_output_block adplls highspeed_link enable_highspeed_link event_recording "
    "memory_timing enable_capmem reference_generator_config",
    "sta.ChipInit.highspeed_link": "common_phy_config_fpga common_phy_config_chip phy_configs_fpga phy_configs_chip systime_sync_base "
    "enable_systime",
    "sta.SystemInit": "generate instruction_timeout enable_asic_adapter_board asic_adapter_board chip enable_chip",
    "sta": "run generate convert_to_builder convert_to_dumper convert_to_chip to_json from_json to_portablebinary from_portablebinary",
    "hxcomm.ConnectionHandle": "time_info bitfile_info repo_state get_unique_identifier get_hwdb_entry",
    "hxcomm.ConnectionTimeInfo": "encode_duration decode_duration commit_duration execution_duration",
    "hxcomm": "ManagedConnection ManagedMultiARQConnection ManagedMultiSimConnection ManagedMultiZeroMockConnection "
    "ManagedQuiggeldyConnection MultiARQConnectionHandle MultiSimConnectionHandle MultiZeroMockConnectionHandle QuiggeldyConnectionHandle "
    "ReinitStackEntry ZeroMockEntry SimulationEntry get_repo_state get_unused_port terminate launch_quiggeldy_locally_from_env "
    "unset_quiggeldy_env",
}
"""What the original's modules have, by class."""

OLDER = ("sta.ContainerTicket_", "sta.ExperimentInit", "sta.PlaybackProgramBuilder.wait_until", "hxcomm.ManagedZeroMockConnection")
"""Names of releases before the one that is followed."""

NOT_A_MEMBER = ("sta.PlaybackProgramBuilder.builder", "sta.PlaybackProgramBuilder.dumper", "sta.PlaybackProgramBuilder.cocos")
"""Variables of scripts, which the search for names took for members."""

with gzip.open(Path(__file__).parents[1] / "golden" / "client_names.txt.gz", "rt") as lines:
    USED = [name for name in lines.read().split() if name.startswith(("sta.", "hxcomm.")) and not name.startswith(OLDER + NOT_A_MEMBER)]


def found(name: str) -> Any:
    """What a dotted name stands for: members of instances, where one can be made."""
    present: Any = {"sta": sta, "hxcomm": hxcomm}[name.split(".")[0]]
    for part in name.split(".")[1:]:
        owner = instance_of(present) if inspect.isclass(present) else present
        present = getattr(owner, part.removesuffix("[]"))
        present = present[0] if part.endswith("[]") else present
    return present


def instance_of(kind: type) -> Any:
    """An instance, of initialisations for a setup that is not there; the class itself if it is not made that way."""
    for arguments in ((), (hxcomm.ZeroMockEntry(),)):
        try:
            return kind(*arguments)
        except (TypeError, RuntimeError):
            continue
    return kind


@pytest.mark.parametrize("owner", MEMBERS)
def test_the_originals_names(owner: str) -> None:
    for name in MEMBERS[owner].split():
        assert found(f"{owner}.{name}") is not None, name


def test_there_are_names() -> None:
    assert len(USED) > 60


@pytest.mark.parametrize("name", USED)
def test_names_that_are_used(name: str) -> None:
    assert found(name) is not None


def test_what_no_release_has_any_more_is_not_offered() -> None:
    assert not {"DigitalInit", "ExperimentInit"} & set(dir(sta)) and not hasattr(sta.PlaybackProgramBuilder, "merge_front")

"""hxtorch's module for matrix products under its original name: mock, chip, shapes, gradients, errors, tracing. Needs torch."""

import inspect
import itertools
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)

import _hxtorch_core as core  # noqa: E402
import _hxtorch_perceptron as hx  # noqa: E402
from _hxtorch_perceptron.constants import defaults  # noqa: E402
from grenade.hardware import HARDWARE  # noqa: E402
from haldls.lola import Chip  # noqa: E402


@pytest.fixture(autouse=True)
def mock_parameter():
    torch.manual_seed(1)
    hx.set_mock_parameter(hx.MockParameter(noise_std=0, gain=0.002))
    yield
    hx.set_mock_parameter(hx.MockParameter())


@pytest.fixture(scope="module")
def chip():
    core.init_hardware(ann=True)
    yield
    core.release_hardware()
    HARDWARE.chip = Chip()


@pytest.fixture(params=[True, False], ids=["mock", "chip"])
def mock(request):
    if not request.param:
        request.getfixturevalue("chip")
    return request.param


# ------------------------------------------------------------------------------------------------------------- names, parameters
def test_constants():
    assert {name: getattr(hx.constants, name) for name in dir(hx.constants) if name.endswith(("min", "max", "height", "width"))} == {
        "synaptic_weight_min": -63, "synaptic_weight_max": 63, "input_activation_min": 0, "input_activation_max": 31,
        "output_activation_min": -128, "output_activation_max": 127, "hardware_matrix_height": 128, "hardware_matrix_width": 256,
    }  # fmt: skip
    assert (defaults.wait_between_events, defaults.gain, defaults.noise_std) == (5, 0.002, 2.0)


def test_signatures():
    """Clients pass by keyword, what they read off signatures. (facts: clients/hxtorch_jaxsnn 2.2)"""
    found = {name: str(inspect.signature(getattr(hx, name)).replace(return_annotation=inspect.Signature.empty)) for name in hx.__all__[1:]
             if callable(getattr(hx, name))}  # fmt: skip
    names = {name: [one.split(":")[0].split("=")[0].strip("( )") for one in text.split(", ")] for name, text in found.items()}
    product = ["num_sends", "wait_between_events", "mock", "madc_recording_neuron_id", "madc_recording_path"]
    assert names["mac"] == ["x", "weights", *product] and names["matmul"] == ["input", "other", *product]
    assert names["conv1d"] == names["conv2d"] == ["input", "weight", "bias", "stride", *product[:3]]
    assert names["expanded_conv1d"] == ["input", "weight", "bias", "stride", "num_expansions", *product[:3]]
    assert names["argmax"] == ["input", "dim", "keepdim", "mock"] and names["add"] == ["input", "other", "alpha", "mock"]
    assert names["converting_relu"] == ["input", "shift", "mock"] and names["inference_trace"] == ["input", "filename"]


def test_operations_in_classes_do_not_become_methods():
    class User:
        relu = hx.relu

    assert User().relu(torch.tensor([-1.0, 2.0]), mock=True).tolist() == [0, 2]


def test_mock_parameters():
    assert repr(hx.MockParameter()) == "MockParameter(noise_std=2.000000, gain=0.002000)"
    assert hx.MockParameter(1.5, 0.1) == hx.MockParameter(gain=0.1, noise_std=1.5) != hx.MockParameter()
    parameter = hx.MockParameter(gain=0.5)
    hx.set_mock_parameter(parameter)
    parameter.gain = 0.7
    hx.get_mock_parameter().gain = 0.7
    assert hx.get_mock_parameter().gain == 0.5, "a value, not a reference"
    for gain in (0, -0.1, 1.1):
        with pytest.raises(OverflowError, match=r"\(0, 1\]"):
            hx.set_mock_parameter(hx.MockParameter(gain=gain))
    assert hx.get_mock_parameter().gain == 0.5


def test_operations_are_registered():
    ops = torch.ops.hxtorch_perceptron
    x, weights = torch.full((2, 5), 10.0), torch.full((5, 3), 20.0, requires_grad=True)
    ops.mac(x, weights, 1, 5, True, 0, "").sum().backward()
    assert weights.grad.allclose(torch.full((5, 3), 0.002 * 20))
    assert ops.matmul(x, weights, 2, 5, True, 0, "").tolist() == [[4] * 3] * 2
    assert ops.converting_relu(torch.tensor([9.0]), 1, True).item() == 4 and ops.relu(torch.tensor([-9.0]), True).item() == 0
    assert ops.add(torch.tensor([9.0]), torch.tensor([1.0]), 1.0, True).item() == 10
    assert ops.argmax(torch.tensor([1.0, 3.0]), None, False, True).item() == 1


# --------------------------------------------------------------------------------------------------------------------- products
def test_mocked_products_are_cut_rounded_down_and_limited():
    """Blocks of 128 rows are limited each, then their sum is. (facts: clients/hxtorch_jaxsnn 2.3)"""
    weights = torch.cat((torch.full((128, 1), 63.0), torch.full((128, 1), -40.0), torch.full((1, 1), -1.0)))
    x = torch.full((257,), 31.0)
    assert hx.mac(x, weights, mock=True).item() == 127 - 128 - 1
    assert hx.mac(x[:128], weights[:128], mock=True).item() == 127
    assert hx.mac(torch.tensor([20.4]), torch.tensor([[30.6]]), mock=True).item() == int(0.002 * 20 * 31)
    assert hx.mac(torch.tensor([1.0]), torch.tensor([[-1.0]]), mock=True).item() == -1, "rounded down"
    assert hx.mac(torch.tensor([20.0]), torch.tensor([[30.0]]), num_sends=5, mock=True).item() == 6


def test_mocked_noise():
    hx.set_mock_parameter(hx.MockParameter(noise_std=3, gain=0.002))
    found = hx.mac(torch.full((2000, 128), 10.0), torch.full((128, 4), 20.0), mock=True)
    assert found.std(0).mean().item() == pytest.approx(3, rel=0.1) and found.mean().item() == pytest.approx(51.2 - 0.5, abs=0.3)


def test_shapes_are_those_of_matmul(mock):
    shapes = [
        ((6,), (6,)),
        ((6,), (6, 5)),
        ((3, 6), (6,)),
        ((3, 6), (6, 5)),
        ((2, 3, 6), (6,)),
        ((2, 3, 6), (6, 5)),
        ((2, 1, 3, 6), (6, 5)),
    ]
    for left, right in shapes:
        x, weights = torch.rand(left) * 31, torch.rand(right) * 63
        found = hx.matmul(x, weights, mock=mock)
        assert found.shape == torch.matmul(x, weights).shape and found.dtype == torch.float32 and found.is_contiguous()
        assert torch.equal(found, found.round())


def test_gradients_are_those_of_a_linear_product(mock):
    hx.set_mock_parameter(hx.MockParameter(noise_std=0, gain=0.003))
    for left, right in [((6,), (6, 5)), ((3, 6), (6, 5)), ((2, 3, 6), (6,))]:
        x, weights = (torch.rand(left) * 31).requires_grad_(), (torch.rand(right) * 63).requires_grad_()
        found = hx.matmul(x, weights, num_sends=2, mock=mock)
        factors = torch.rand_like(found)
        (found * factors).sum().backward()
        got = x.grad.clone(), weights.grad.clone()
        x.grad = weights.grad = None
        (torch.matmul(x, weights) * factors).sum().backward()
        for mine, exact in zip(got, (x.grad, weights.grad), strict=True):
            assert mine.allclose(exact * 0.006, rtol=1e-4)


@pytest.mark.parametrize("types", [(torch.float64, torch.float64), (torch.float32, torch.float64), (torch.float16, torch.float32)])
def test_gradients_have_the_types_of_their_operands(mock, types):
    x, weights = torch.full((2, 6), 5.0, dtype=types[0], requires_grad=True), torch.ones(6, 5, dtype=types[1], requires_grad=True)
    found = hx.relu(hx.mac(x, weights, mock=mock), mock=mock)
    found.sum().backward()
    assert (found.dtype, x.grad.dtype, weights.grad.dtype) == (torch.float32, *types)


def test_results_of_integers_are_real_numbers(mock):
    numbers = torch.tensor([[3, -3]])
    assert {hx.relu(numbers, mock).dtype, hx.converting_relu(numbers, mock=mock).dtype} == {torch.float32}
    assert {hx.add(numbers, numbers, mock=mock).dtype, hx.mac(numbers.abs(), numbers.T, mock=mock).dtype} == {torch.float32}


def test_the_chip_multiplies(chip):
    weights = torch.zeros(128, 256)
    weights[:, 100] = 20.4
    weights[:, 101] = -20.4
    found = hx.mac(torch.full((20, 128), 9.5), weights).mean(0)
    assert found[100].item() == pytest.approx(0.0018 * 128 * 10 * 20, rel=0.15)
    assert found[101].item() == pytest.approx(-found[100].item(), rel=0.15) and found[:100].abs().max() < 3


def test_halves_are_rounded_away_from_zero_on_the_chip(chip, monkeypatch):
    from _hxtorch_perceptron import _mac

    seen = []

    class Product:
        def __init__(self, weights, *_):
            seen.append(weights)

        def run(self, executor, chip, activations, recording):
            seen.append(activations)
            return np.zeros((len(activations), seen[0].shape[1]), np.int8)

    monkeypatch.setattr(_mac, "MatrixProduct", Product)
    hx.mac(torch.tensor([0.5, 1.5, 2.4]), torch.tensor([[0.5], [-2.5], [-0.4]]))
    assert [one.ravel().tolist() for one in seen] == [[1, -3, 0], [1, 2, 2]]


@pytest.mark.parametrize(
    ("x", "weights", "error"),
    [
        (torch.ones(5), torch.ones(5, 3, 4), RuntimeError),
        (torch.ones(2, 2, 5), torch.ones(5, 3), RuntimeError),
        (torch.ones(4), torch.ones(5, 3), RuntimeError),
        (torch.ones(0, 5), torch.ones(5, 3), RuntimeError),
        (torch.full((5,), -2.0), torch.ones(5, 3), OverflowError),
        (torch.full((5,), 31.6), torch.ones(5, 3), OverflowError),
        (torch.ones(5), torch.full((5, 3), 65.0), OverflowError),
        (torch.ones(5), torch.full((5, 3), -63.6), OverflowError),
        (torch.full((5,), torch.nan), torch.ones(5, 3), OverflowError),
        (torch.ones(5), torch.full((5, 3), -torch.inf), OverflowError),
    ],
)
def test_refused_operands(mock, x, weights, error):
    with pytest.raises(error):
        hx.mac(x, weights, mock=mock)


def test_refused_products(mock):
    with pytest.raises(RuntimeError, match="at least 1D"):
        hx.matmul(torch.tensor(1.0), torch.ones(3), mock=mock)
    with pytest.raises(RuntimeError, match="not implemented"):
        hx.matmul(torch.ones(2, 3), torch.ones(2, 3, 5), mock=mock)
    with pytest.raises(RuntimeError, match="mock-mode"):
        hx.mac(torch.ones(5), torch.ones(5, 3), mock=True, madc_recording_path="somewhere")


def test_without_a_connection(monkeypatch):
    monkeypatch.setattr(HARDWARE, "_executor", None)
    for call in (
        lambda: hx.mac(torch.ones(5), torch.ones(5, 3)),
        lambda: hx.relu(torch.ones(5)),
        lambda: hx.add(torch.ones(5), torch.ones(5)),
        lambda: hx.argmax(torch.ones(5)),
        lambda: hx.measure_mock_parameter(),
    ):
        with pytest.raises(RuntimeError, match="No connection"):
            call()


def test_membranes_are_appended_to_a_file(chip, tmp_path):
    path = tmp_path / "membrane.csv"
    for _ in range(2):
        hx.mac(torch.full((2, 20), 9.0), torch.full((20, 5), 30.0), madc_recording_neuron_id=3, madc_recording_path=str(path))
    first, *lines = path.read_text().splitlines()
    assert first.split("\t") == ["ExecutionIndex", "batch", "time", "value"]
    rows = np.array([line.split("\t") for line in lines], int)
    assert set(rows[:, 1]) == {0, 1} and len(rows) > 500 and (rows[:, 0] == 0).all()
    with pytest.raises(RuntimeError, match=r"cannot be appended to .*nowhere"):
        hx.mac(torch.ones(20), torch.ones(20, 5), madc_recording_path=str(tmp_path / "nowhere" / "membrane.csv"))


def test_measured_parameters(chip):
    found = hx.measure_mock_parameter()
    assert found.gain == pytest.approx(0.0018, abs=2e-4) and 1.4 < found.noise_std < 2.6


# ------------------------------------------------------------------------------------------------------------------ convolutions
ONE, TWO = (torch.conv1d, hx.conv1d), (torch.conv2d, hx.conv2d)


@pytest.mark.parametrize("batch, channels, outputs, stride", list(itertools.product([1, 3], [1, 2], [1, 4], [1, 3])))
def test_convolutions(batch, channels, outputs, stride):
    hx.set_mock_parameter(hx.MockParameter(noise_std=0, gain=0.004))
    for (exact, mine), length, size in ((ONE, (30,), (5,)), (TWO, (9, 12), (3, 4))):
        x = (torch.rand(batch, channels, *length) * 31).round()
        weight, bias = (torch.rand(outputs, channels, *size) * 126 - 63).round().requires_grad_(), torch.ones(outputs)
        found = mine(x, weight, bias, stride, mock=True)
        wanted = exact(x, weight, None, stride)
        assert found.shape == wanted.shape and found.is_contiguous()
        assert ((0.004 * wanted + 0.002).floor().clamp(-128, 127) + 1 - found).abs().max() <= 1
        found.sum().backward()
        gradient, weight.grad = weight.grad, None
        wanted.sum().backward()
        assert gradient.allclose(0.004 * weight.grad, rtol=1e-4)


def test_convolutions_of_parts_of_tensors():
    whole = (torch.rand(4, 3, 30) * 31).round()
    weight = torch.full((2, 2, 5), 20.0)
    part = whole[1:, 1:, ::2]
    assert torch.equal(hx.conv1d(part, weight, mock=True), hx.conv1d(part.contiguous(), weight, mock=True))


@pytest.mark.parametrize("expansions", [1, 2, 5, 18])
@pytest.mark.parametrize("length, stride, channels", [(43, 2, 1), (60, 5, 1), (61, 3, 2), (128, 5, 1), (138, 5, 1)])
def test_expanded_convolutions_are_convolutions(expansions, length, stride, channels):
    hx.set_mock_parameter(hx.MockParameter(noise_std=0, gain=0.0015))
    x, weight, bias = (torch.rand(2, channels, length) * 10).round(), (torch.rand(3, channels, 43) * 15).round(), torch.rand(3)
    found = hx.expanded_conv1d(x, weight, bias, stride, expansions, mock=True)
    wanted = hx.conv1d(x, weight, bias, stride, mock=True)
    assert found.shape == wanted.shape and found.is_contiguous()
    assert (found - wanted).abs().max() <= -(-channels * (43 + stride * (expansions - 1)) // 128)


def test_convolutions_on_the_chip(chip):
    found = hx.conv2d(torch.full((2, 1, 10, 10), 20.0), torch.full((3, 1, 5, 5), 40.0), stride=(5, 5), num_sends=2)
    assert found.shape == (2, 3, 2, 2) and found.mean().item() == pytest.approx(2 * 0.0017 * 25 * 800, rel=0.15)
    assert hx.conv1d(torch.full((2, 1, 40), 20.0), torch.full((3, 1, 5), 40.0), stride=[7]).shape == (2, 3, 6)


@pytest.mark.parametrize(
    ("x", "weight", "stride", "error"),
    [
        ((2, 1, 10), (3, 1, 5, 5), 1, RuntimeError),
        ((2, 10), (3, 1, 5), 1, RuntimeError),
        ((2, 2, 10), (3, 1, 5), 1, RuntimeError),
        ((2, 1, 4), (3, 1, 5), 1, RuntimeError),
        ((2, 1, 10), (3, 1, 5), (1, 1), TypeError),
        ((2, 1, 10), (3, 1, 5), 0, RuntimeError),
    ],
)
def test_refused_convolutions(x, weight, stride, error):
    with pytest.raises(error):
        hx.conv1d(torch.ones(x), torch.ones(weight), stride=stride, mock=True)
    with pytest.raises(error):
        hx.expanded_conv1d(torch.ones(x), torch.ones(weight), stride=stride, mock=True)


# ------------------------------------------------------------------------------------------------------------------ in 8 bits
def test_in_8_bits(mock):
    values = torch.tensor([[-300.0, -1.5, 0.0, 0.9], [1.2, 50.7, 126.9, 400.0]], requires_grad=True)
    assert hx.relu(values, mock).tolist() == [[0, 0, 0, 0], [1, 50, 126, 127]]
    assert hx.converting_relu(values, mock=mock).tolist() == [[0, 0, 0, 0], [0, 12, 31, 31]]
    assert hx.converting_relu(values, shift=0, mock=mock).tolist() == [[0, 0, 0, 0], [1, 31, 31, 31]]
    assert hx.add(values, torch.tensor([-10.5, 1, 1, 100]), mock=mock).tolist() == [[-128, -1, 1, 100], [-10, 51, 127, 127]]
    for dim, keepdim in itertools.product((None, 0, 1, -1), (False, True)):
        assert torch.equal(hx.argmax(values, dim, keepdim, mock), torch.argmax(values.detach().floor().clamp(-128, 127), dim, keepdim))
    assert hx.argmax(torch.tensor([1.0, 5.2, 5.8]), mock=mock).item() == 1


def test_gradients_in_8_bits(mock):
    values = torch.tensor([-3.0, 0.0, 0.5, 300.0], requires_grad=True)
    hx.relu(values, mock).sum().backward()
    assert values.grad.tolist() == [0, 0, 1, 1]
    values.grad = None
    hx.converting_relu(values, 3, mock).sum().backward()
    assert values.grad.tolist() == [0, 0, 0.125, 0.125]
    other = torch.ones(2, requires_grad=True)
    matrix = torch.ones(3, 2, requires_grad=True)
    hx.add(matrix, other, mock=mock).sum().backward()
    assert matrix.grad.tolist() == [[1, 1]] * 3 and other.grad.tolist() == [3, 3]


@pytest.mark.parametrize("name, value", [("num_sends", -1), ("num_sends", 1.5), ("wait_between_events", -1)])
def test_numbers_are_those_of_the_chip_in_mock_mode_too(mock, name, value):
    with pytest.raises(OverflowError, match=f"{name} is an integer of at least 0, not {value}"):
        hx.mac(torch.ones(5), torch.ones(5, 3), mock=mock, **{name: value})


def test_refused_in_8_bits(chip):
    with pytest.raises(RuntimeError, match="alpha = 1"):
        hx.add(torch.ones(2), torch.ones(2), alpha=2)
    with pytest.raises(RuntimeError, match="dim"):
        hx.add(torch.ones(2), torch.ones(1, 2))
    with pytest.raises(OverflowError, match="value 1 of 2 is no number"):
        hx.relu(torch.tensor([1, torch.nan]))
    for mock in (False, True):
        with pytest.raises(RuntimeError, match="no largest"):
            hx.argmax(torch.zeros(0), mock=mock)
        for shift in (-1, 1.5):
            with pytest.raises(RuntimeError, match="shift"):
                hx.converting_relu(torch.ones(2), shift, mock)


# ---------------------------------------------------------------------------------------------------------------------- tracing
def test_tracing(chip, tmp_path):
    path = tmp_path / "trace"
    tracer = hx.InferenceTracer(str(path))
    tracer.start()
    x = torch.full((4, 100), 20.0)
    first = hx.mac(x, torch.full((100, 30), 30.0))
    inner = hx.InferenceTracer(str(tmp_path / "inner"))
    inner.start()
    second = hx.converting_relu(hx.add(first, torch.full((30,), 5.0)), 1)
    assert inner.stop() == ["add", "converting_relu"]
    third = hx.mac(second, torch.eye(30)[:, :7] * 63, num_sends=20)
    last = hx.argmax(third, 1, True)
    assert tracer.stop() == ["mac", "add", "converting_relu", "mac", "argmax"]
    assert torch.equal(hx.inference_trace(first, str(tmp_path / "inner")), second)
    again = hx.inference_trace(x, str(path))
    assert again.shape == last.shape == (4, 1) and again.dtype == torch.int64
    assert hx.inference_trace(x[0], str(path)).shape == (1,)


def test_nothing_else_may_happen_while_tracing(chip, tmp_path):
    tracer = hx.InferenceTracer(str(tmp_path / "trace"))
    tracer.start()
    found = hx.relu(torch.ones(2, 3))
    with pytest.raises(RuntimeError, match="does not match"):
        hx.relu(found + 1)
    with pytest.raises(RuntimeError, match="2d input"):
        hx.argmax(found)
    hx.relu(found + 1, mock=True)
    del tracer
    hx.relu(found + 1)


def test_refused_traces(chip, tmp_path):
    tracer = hx.InferenceTracer(str(tmp_path / "trace"))
    with pytest.raises(RuntimeError, match="start it first"):
        tracer.stop()
    tracer.start()
    assert tracer.stop() == []
    with pytest.raises(RuntimeError, match="Empty trace"):
        hx.inference_trace(torch.ones(3), str(tmp_path / "trace"))
    with pytest.raises(RuntimeError, match="1D or 2D"):
        hx.inference_trace(torch.ones(1, 1, 3), str(tmp_path / "trace"))
    with pytest.raises(RuntimeError, match=r"cannot be read from .*none"):
        hx.inference_trace(torch.ones(3), str(tmp_path / "none"))
    lost = hx.InferenceTracer(str(tmp_path / "none" / "trace"))
    lost.start()
    with pytest.raises(RuntimeError, match=r"cannot be written into .*none"):
        lost.stop()


def test_partial_operations_work():
    assert partial(hx.relu, mock=True)(torch.tensor([3.7])).item() == 3

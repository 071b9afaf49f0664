"""What has to be known about a container class to write or read its instances: looked up once per class and backend.

Registers with a layout of their own take the short way through the layout's C functions. Everything else (composed containers, registers whose
number of words depends on the instance) is asked through its Python protocol: `write_access`, `read_access`, `decode`.
"""

from enum import Enum

from haldls.layout cimport Layout

from fisch.access cimport response_class, responses_per_word

from fisch.backends import Backend as FischBackend
from haldls.layout import Container as Slots
from haldls.container import BlockUntil, container_on
from haldls.errors import UnknownBackendError

from stadls.errors import CoordinateError, NotAContainerError

cdef dict _default_plans = {}
cdef dict _other_plans = {}
cdef dict _read_plans = {}


cdef bint _is_plain(container):
    """Whether all there is to know stands in the layout."""
    if not issubclass(container, Slots):
        return False
    own = [base for base in container.__mro__[: container.__mro__.index(Slots)]]
    return not any(name in vars(base) for base in own for name in ("write_access", "read_access", "encode", "decode"))


cdef class AccessPlan:
    """One container class over one backend."""

    def __cinit__(self, container, str backend):
        known = tuple(container.backends)
        self.backend = backend or known[0]
        if self.backend not in known:
            raise UnknownBackendError(f"{container.__name__} cannot be accessed over backend {backend} (it knows: {', '.join(known)})")
        self.container, self.coordinate = container, container.coordinate
        self.number = FischBackend[self.backend]
        self.responses, self.responses_per_word = response_class(self.number), responses_per_word(self.number)
        self.differential = bool(container.differential)
        self.refuse_write, self.refuse_read = frozenset(container.no_write_on), frozenset(container.no_read_on)
        self.layout = container.layout(self.backend) if _is_plain(container) else None


def backend_name(backend):
    """Name of a backend given as `Backend` (or by name). Raises NotAContainerError for anything else."""
    if isinstance(backend, Enum):
        return backend.name
    if isinstance(backend, str):
        return backend
    raise NotAContainerError(f"a Backend is needed, not {backend!r}")


cdef AccessPlan _made(object container, str backend):
    if issubclass(container, type):
        raise NotAContainerError("a container is needed, not its class: construct one, for example NeuronConfig()", None, container)
    if getattr(container, "coordinate", None) is None or not hasattr(container, "write_access"):
        raise NotAContainerError(f"{container.__name__} is not a container that stands on a coordinate", None, container)
    if issubclass(container, BlockUntil):
        raise NotAContainerError(f"{container.__name__} is a condition to wait for: use block_until", None, container)
    return AccessPlan(container, backend)


cdef AccessPlan condition_plan(object condition):
    """The plan of a condition that is a message of its own."""
    return AccessPlan(condition, None)


cdef AccessPlan plan_of(object container, object backend):
    """The plan of a container class over a backend (None: its default one)."""
    cdef object plan
    if backend is None:
        plan = _default_plans.get(container)
        if plan is None:
            plan = _default_plans[container] = _made(container, None)
        return <AccessPlan>plan
    name = backend_name(backend)
    plan = _other_plans.get((container, name))
    if plan is None:
        plan = _other_plans[container, name] = _made(container, name)
    return <AccessPlan>plan


cdef AccessPlan plan_at(object coordinate, object backend):
    """The plan of the container class that stands on a coordinate class. Raises CoordinateError if there is none."""
    cdef object plan = _read_plans.get(coordinate) if backend is None else None
    if plan is None:
        container = container_on.get(coordinate)
        if container is None or issubclass(container, BlockUntil):
            raise CoordinateError(f"no container stands on {coordinate.__name__}: there is nothing to read", coordinate, None)
        plan = plan_of(container, backend)
        if backend is None:
            _read_plans[coordinate] = plan
    return <AccessPlan>plan


def access_plan(container, backend=None):
    """The `AccessPlan` of a container class, for Python code and tests."""
    return plan_of(container, backend)

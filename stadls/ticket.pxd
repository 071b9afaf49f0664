from stadls.plan cimport AccessPlan


cdef class ContainerTicket:
    cdef object program
    cdef object coordinate
    cdef AccessPlan plan
    cdef Py_ssize_t start, count    # responses of the class `plan.responses`


cdef ContainerTicket new_ticket(object program, object coordinate, AccessPlan plan, Py_ssize_t start, Py_ssize_t count)
cdef void move_ticket(ContainerTicket ticket, object program, Py_ssize_t shift)

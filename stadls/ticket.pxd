from fisch.draft cimport Slot

from stadls.plan cimport AccessPlan


cdef class ContainerTicket(Slot):
    cdef object coordinate
    cdef AccessPlan plan


cdef ContainerTicket new_ticket(object coordinate, AccessPlan plan)

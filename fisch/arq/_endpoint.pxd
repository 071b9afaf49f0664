from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from fisch.arq._engine cimport Engine

cdef extern from "fisch/arq/udp.h" nogil:
    enum:
        UDP_BATCH
        UDP_BUFFER
    struct in_addr:
        uint32_t s_addr
    struct sockaddr_in:
        uint16_t sin_port
        in_addr sin_addr
    ctypedef struct udp_received:
        uint8_t bytes[64][2048]
        int length[64]
        sockaddr_in from_ "from"[64]
    int udp_receive(int fd, udp_received* received)
    int udp_send(int fd, const uint8_t** bytes, const int* length, int n, const sockaddr_in* to)
    void udp_wait(const int* fds, int n, int64_t nanoseconds)
    int64_t udp_now()

cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_mutex_t:
        pass
    ctypedef struct pthread_cond_t:
        pass
    struct timespec:
        long tv_sec
        long tv_nsec
    int pthread_mutex_init(pthread_mutex_t*, void*)
    int pthread_mutex_destroy(pthread_mutex_t*)
    int pthread_mutex_lock(pthread_mutex_t*)
    int pthread_mutex_unlock(pthread_mutex_t*)
    int pthread_cond_init(pthread_cond_t*, void*)
    int pthread_cond_destroy(pthread_cond_t*)
    int pthread_cond_broadcast(pthread_cond_t*)
    int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*)
    int pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*)

cdef extern from "<time.h>" nogil:
    int CLOCK_REALTIME
    int clock_gettime(int, timespec*)

cdef extern from "<unistd.h>" nogil:
    Py_ssize_t read(int, void*, size_t)
    Py_ssize_t write(int, const void*, size_t)

cdef enum:
    ROUNDS = 8                  # batches received before others get a turn
    RESET_MAGIC = 0xabababab


cdef class _Endpoint:
    cdef readonly Engine engine
    cdef int fd, wake_read, wake_write
    cdef object sockets, thread
    cdef sockaddr_in peer
    cdef bint connected, has_peer
    cdef object __weakref__
    cdef readonly bint stopping, abandoned
    cdef pthread_mutex_t lock
    cdef pthread_cond_t news
    cdef udp_received* received
    cdef readonly int64_t foreign, network_errors
    cdef readonly int64_t held_up       # [ns] longest time that the system let this end wait beyond what it had asked for

    cdef void wake(self) noexcept nogil
    cdef void awake(self) noexcept nogil
    cdef void abandon(self)
    cdef int require_own(self) except -1
    cdef void slept(self, int64_t wanted, int64_t now) noexcept nogil
    cdef int take_in(self) except -1 nogil
    cdef bint is_peer(self, const sockaddr_in* address) noexcept nogil
    cdef int stranger(self, const sockaddr_in* address, int64_t now) except -1 nogil
    cdef void send_out(self) noexcept nogil
    cdef int exchange(self) except -1 nogil


cdef str address_of(const sockaddr_in* address)

cdef bint same(const sockaddr_in* a, const sockaddr_in* b) noexcept nogil

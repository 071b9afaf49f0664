/* Batches of datagrams on a non-blocking UDP socket (IPv4). On Linux one system call per batch, elsewhere one per datagram. */
#ifndef FISCH_ARQ_UDP_H
#define FISCH_ARQ_UDP_H

#include <netinet/in.h>
#include <stdint.h>

enum { UDP_BATCH = 64, UDP_BUFFER = 2048 };

typedef struct {
	uint8_t bytes[UDP_BATCH][UDP_BUFFER];
	int length[UDP_BATCH]; /* of the datagram, cut to UDP_BUFFER: longer than any frame */
	struct sockaddr_in from[UDP_BATCH];
} udp_received;

/* Number of datagrams received, 0 if there are none, -1 after an error of the network (which concerns an earlier datagram). */
int udp_receive(int fd, udp_received* in);

/* Sends up to UDP_BATCH datagrams to `to` (NULL: where the socket is connected to). Returns how many the system took. */
int udp_send(int fd, uint8_t const* const* bytes, int const* length, int n, struct sockaddr_in const* to);

/* Waits until one of the descriptors can be read or the time is over. Negative descriptors are ignored. */
void udp_wait(int const* fds, int n, int64_t nanoseconds);

/* Monotonic time [ns]. */
int64_t udp_now(void);

#endif

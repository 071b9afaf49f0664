#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "udp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int nothing_there(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

#ifdef __linux__
int udp_receive(int fd, udp_received* in)
{
	struct mmsghdr messages[UDP_BATCH];
	struct iovec parts[UDP_BATCH];
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < UDP_BATCH; i++) {
		parts[i] = (struct iovec){in->bytes[i], UDP_BUFFER};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &in->from[i];
		messages[i].msg_hdr.msg_namelen = sizeof(in->from[i]);
	}
	int n = recvmmsg(fd, messages, UDP_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return nothing_there() ? 0 : -1;
	for (int i = 0; i < n; i++)
		in->length[i] = (int) messages[i].msg_len;
	return n;
}

int udp_send(int fd, uint8_t const* const* bytes, int const* length, int n, struct sockaddr_in const* to)
{
	struct mmsghdr messages[UDP_BATCH];
	struct iovec parts[UDP_BATCH];
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < n; i++) {
		parts[i] = (struct iovec){(void*) bytes[i], (size_t) length[i]};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = (void*) to;
		messages[i].msg_hdr.msg_namelen = to ? sizeof(*to) : 0;
	}
	int sent = sendmmsg(fd, messages, (unsigned) n, MSG_DONTWAIT);
	return sent < 0 ? 0 : sent;
}
#else
int udp_receive(int fd, udp_received* in)
{
	int n = 0;
	for (; n < UDP_BATCH; n++) {
		socklen_t size = sizeof(in->from[n]);
		ssize_t got = recvfrom(fd, in->bytes[n], UDP_BUFFER, MSG_DONTWAIT, (struct sockaddr*) &in->from[n], &size);
		if (got < 0)
			return n || nothing_there() ? n : -1;
		in->length[n] = (int) got;
	}
	return n;
}

int udp_send(int fd, uint8_t const* const* bytes, int const* length, int n, struct sockaddr_in const* to)
{
	for (int i = 0; i < n; i++)
		if (sendto(fd, bytes[i], (size_t) length[i], MSG_DONTWAIT, (struct sockaddr const*) to, to ? sizeof(*to) : 0) < 0)
			return i;
	return n;
}
#endif

void udp_wait(int const* fds, int n, int64_t nanoseconds)
{
	struct pollfd polled[8];
	for (int i = 0; i < n && i < 8; i++)
		polled[i] = (struct pollfd){fds[i], POLLIN, 0};
#ifdef __linux__
	struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
	ppoll(polled, (nfds_t) n, &time, NULL);
#else
	poll(polled, (nfds_t) n, (int) ((nanoseconds + 999999) / 1000000));
#endif
}

int64_t udp_now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

/*
 * A server for bench/requests.bench.ts: answers every HTTP request (a head without a body) on a connection with the same
 * few bytes, and keeps the connection. One thread, epoll. `requests-server PORT`; prints `ready` when it listens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nServer: rs1\r\nContent-Length: 4\r\n\r\nrs1\n";

/* How many heads end in these bytes; a head that is cut in two is not expected of wrk's short requests. */
static int heads(const char *bytes, ssize_t length) {
  int count = 0;
  for (ssize_t at = 0; at + 3 < length; at++)
    if (memcmp(bytes + at, "\r\n\r\n", 4) == 0) count++;
  return count;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int one = 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
    perror("listen");
    return 1;
  }
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client;
        while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.events = EPOLLIN;
          event.data.fd = client;
          epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
        }
        continue;
      }
      char bytes[16384];
      ssize_t length = recv(fd, bytes, sizeof bytes, 0);
      if (length < 0 && errno == EAGAIN) continue;
      if (length <= 0) {
        close(fd);
        continue;
      }
      for (int left = heads(bytes, length); left > 0; left--)
        if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) break;
    }
  }
}

/*
 * The other side of the forwarding benchmark and of the ports' conformance suite, independent of what they measure.
 * Everything over AF_PACKET, in the network namespace it is started in.
 *
 *   forward IN OUT            forwards with recvmmsg and sendmmsg, writing new MACs and a TTL one lower, until killed
 *   generate IF RATE SECONDS  sends TCP frames of 64 bytes, RATE a second (0: as fast as it can); prints how many
 *   delay OUT IN COUNT        sends a frame by OUT and waits for it at IN, a millisecond between any two; prints the median
 *                             and the 99th percentile in microseconds
 *   send IF                   sends the frames of standard input: two bytes of length (network order), then the frame
 *   receive IF                writes the frames that come in to standard output, in the same form, until killed;
 *                             an empty frame first: it listens
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define SLOT 2048
#define PACKET_IGNORE_OUTGOING_ 23

static void die(const char *what) { perror(what); exit(1); }

static int open_socket(const char *name, int receives) {
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) die("socket");
  int one = 1, size = 16 << 20, index = (int)if_nametoindex(name);
  if (index == 0) die(name);
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING_, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  struct packet_mreq promiscuous = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
  setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous);
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = index,
                                .sll_protocol = receives ? htons(ETH_P_ALL) : 0};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  return fd;
}

static uint8_t slots[BATCH][SLOT];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];

static void lay_out(void) {
  for (int i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec){slots[i], SLOT};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
  }
}

static void send_all(int fd, int count) {
  for (int sent = 0; sent < count;) {
    int n = sendmmsg(fd, messages + sent, count - sent, 0);
    if (n < 0 && errno != EINTR && errno != ENOBUFS && errno != EAGAIN) die("sendmmsg");
    if (n > 0) sent += n;
  }
}

static void forward(const char *in, const char *out) {
  static const uint8_t macs[12] = {2, 0, 0, 0, 0, 0x22, 2, 0, 0, 0, 0, 0x12};
  int from = open_socket(in, 1), to = open_socket(out, 0);
  struct pollfd wait = {.fd = from, .events = POLLIN};
  lay_out();
  puts("ready");
  fflush(stdout);
  for (;;) {
    for (int i = 0; i < BATCH; i++) pieces[i].iov_len = SLOT;
    int n = recvmmsg(from, messages, BATCH, MSG_DONTWAIT, NULL);
    if (n <= 0) {
      poll(&wait, 1, -1);
      continue;
    }
    for (int i = 0; i < n; i++) {
      uint8_t *frame = slots[i];
      memcpy(frame, macs, sizeof macs);
      frame[22]--;
      /* RFC 1624: the TTL is the high byte of its word. */
      uint32_t sum = (uint32_t)((frame[24] << 8) | frame[25]) + 0x100;
      sum = (sum & 0xffff) + (sum >> 16);
      frame[24] = sum >> 8;
      frame[25] = sum;
      pieces[i].iov_len = messages[i].msg_len;
    }
    send_all(to, n);
  }
}

static uint16_t checksum(const uint8_t *bytes, int length, uint32_t sum) {
  for (int i = 0; i < length; i += 2) sum += (uint32_t)((bytes[i] << 8) | (i + 1 < length ? bytes[i + 1] : 0));
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

/* A SYN to 10.9.1.100 port 80 from port 20000 + flow of 10.9.1.2. */
static void fill(uint8_t *frame, int flow) {
  static const uint8_t head[] = {
      2, 0, 0, 0, 0, 0x11, 2, 0, 0, 0, 0, 0x21, 8, 0,                       /* Ethernet */
      0x45, 0, 0, 50, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 9, 1, 2, 10, 9, 1, 100, /* IPv4 */
      0, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0x10, 0, 0, 0, 0, 0};      /* TCP */
  memset(frame, 0, 64);
  memcpy(frame, head, sizeof head);
  frame[34] = (20000 + flow) >> 8;
  frame[35] = (20000 + flow) & 0xff;
  uint16_t sum = checksum(frame + 14, 20, 0);
  frame[24] = sum >> 8;
  frame[25] = sum & 0xff;
  /* The pseudo-header: addresses, protocol, length. */
  sum = checksum(frame + 26, 8 + 30, 6 + 30);
  frame[50] = sum >> 8;
  frame[51] = sum & 0xff;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void generate(const char *name, double rate, double seconds) {
  int fd = open_socket(name, 0);
  lay_out();
  for (int i = 0; i < BATCH; i++) {
    fill(slots[i], i);
    pieces[i].iov_len = 64;
  }
  double began = now(), ends = began + seconds;
  uint64_t sent = 0;
  for (double time = began; time < ends; time = now()) {
    int due = BATCH;
    if (rate > 0) {
      double behind = (time - began) * rate - (double)sent;
      if (behind < 8) {
        /* Sleeping leaves the processor to who is measured. */
        usleep(50);
        continue;
      }
      due = behind < BATCH ? (int)behind : BATCH;
    }
    send_all(fd, due);
    sent += (uint64_t)due;
  }
  printf("%llu\n", (unsigned long long)sent);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void delay(const char *out, const char *in, int count) {
  int to = open_socket(out, 0), from = open_socket(in, 1);
  double *times = calloc((size_t)count, sizeof *times);
  struct timeval patience = {.tv_sec = 2};
  uint8_t received[SLOT];
  setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  fill(slots[0], 0);
  for (int i = 0; i < count; i++) {
    double began = now();
    if (send(to, slots[0], 64, 0) < 0) die("send");
    if (recv(from, received, sizeof received, 0) < 0) die("recv");
    times[i] = (now() - began) * 1e6;
    usleep(1000);
  }
  qsort(times, (size_t)count, sizeof *times, compare);
  printf("%.1f %.1f\n", times[count / 2], times[count * 99 / 100]);
}

static int read_full(uint8_t *bytes, size_t length) { return fread(bytes, 1, length, stdin) == length; }

static void send_input(const char *name) {
  static uint8_t frame[65536];
  uint8_t length[2];
  int fd = open_socket(name, 0);
  while (read_full(length, 2)) {
    size_t size = (size_t)((length[0] << 8) | length[1]);
    if (!read_full(frame, size)) die("input");
    if (send(fd, frame, size, 0) < 0) die("send");
  }
}

static void receive_output(const char *name) {
  static uint8_t frame[65536];
  int fd = open_socket(name, 1);
  uint8_t length[2] = {0, 0};
  fwrite(length, 1, 2, stdout);
  for (;;) {
    fflush(stdout);
    ssize_t size = recv(fd, frame, sizeof frame, 0);
    if (size < 0) {
      if (errno == EINTR || errno == ENETDOWN) continue;
      die("recv");
    }
    length[0] = (uint8_t)(size >> 8);
    length[1] = (uint8_t)size;
    fwrite(length, 1, 2, stdout);
    fwrite(frame, 1, (size_t)size, stdout);
  }
}

int main(int count, char **arguments) {
  const char *mode = count > 2 ? arguments[1] : "";
  if (strcmp(mode, "forward") == 0 && count == 4) forward(arguments[2], arguments[3]);
  else if (strcmp(mode, "generate") == 0 && count == 5) generate(arguments[2], atof(arguments[3]), atof(arguments[4]));
  else if (strcmp(mode, "delay") == 0 && count == 5) delay(arguments[2], arguments[3], atoi(arguments[4]));
  else if (strcmp(mode, "send") == 0) send_input(arguments[2]);
  else if (strcmp(mode, "receive") == 0) receive_output(arguments[2]);
  else {
    fputs("usage: forward IN OUT | generate IF RATE SECONDS | delay OUT IN COUNT | send IF | receive IF\n", stderr);
    return 2;
  }
  return 0;
}

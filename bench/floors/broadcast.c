/* The least that a server must do: one thread, epoll, send() of the same bytes to all.

   broadcast PORT FPS JPEG...

   At each tick the JPEGs, stamped as stamped_jpeg.py does, go as one WebSocket message to every
   client; a client that has not taken the message before gets the newest when it has. Prints
   "ready PID", ends with its standard input. The answer to the handshake is the same for all:
   the benchmark's clients do not check it. */

#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 1024, MAX_JPEGS = 16, STAMP = 28, HEADER = 10, EVENTS = 256 };

struct message {
    int users;
    size_t size;
    unsigned char bytes[];
};

struct client {
    int fd;
    int open; /* the handshake is done */
    uint32_t ending; /* the last four bytes of the request so far */
    int waits_for_room;
    struct message *now, *next;
    size_t sent;
};

static struct client clients[MAX_CLIENTS];
static struct { unsigned char *bytes; size_t size; } jpegs[MAX_JPEGS];
static int jpeg_count, epoll_fd;
static uint64_t seq;

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static void drop(struct message **message)
{
    if (*message && --(*message)->users == 0)
        free(*message);
    *message = NULL;
}

static void forget(struct client *client)
{
    close(client->fd);
    drop(&client->now);
    drop(&client->next);
    memset(client, 0, sizeof *client);
    client->fd = -1;
}

static void watch(struct client *client, int for_room)
{
    if (client->waits_for_room == for_room)
        return;
    client->waits_for_room = for_room;
    struct epoll_event event = {.events = EPOLLIN | (for_room ? EPOLLOUT : 0), .data.ptr = client};
    check(epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event) == 0, "epoll_ctl");
}

static void pump(struct client *client)
{
    while (client->now) {
        ssize_t count = send(client->fd, client->now->bytes + client->sent,
                             client->now->size - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) {
            watch(client, 1);
            return;
        }
        if (count < 0) {
            forget(client);
            return;
        }
        client->sent += (size_t)count;
        if (client->sent == client->now->size) {
            drop(&client->now);
            client->now = client->next;
            client->next = NULL;
            client->sent = 0;
        }
    }
    watch(client, 0);
}

static struct message *newest(void)
{
    size_t size = 0;
    for (int i = 0; i < jpeg_count; i++)
        size += jpegs[i].size + STAMP;
    struct message *message = malloc(sizeof *message + HEADER + size);
    check(message != NULL, "malloc");
    message->users = 1;
    message->size = HEADER + size;
    unsigned char *to = message->bytes;
    uint64_t length = htobe64(size);
    memcpy(to, "\x82\x7f", 2);
    memcpy(to + 2, &length, 8);
    to += HEADER;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t time_ns = htobe64((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
    uint64_t number = htobe64(++seq);
    for (int i = 0; i < jpeg_count; i++) {
        memcpy(to, "\xff\xd8\xff\xfe\x00\x1a" "camstrm\x01", 14);
        memcpy(to + 14, &number, 8);
        memcpy(to + 22, &time_ns, 8);
        memcpy(to + 30, jpegs[i].bytes + 2, jpegs[i].size - 2);
        to += jpegs[i].size + STAMP;
    }
    return message;
}

static void tick(void)
{
    struct message *message = newest();
    for (int i = 0; i < MAX_CLIENTS; i++) {
        struct client *client = &clients[i];
        if (client->fd < 0 || !client->open)
            continue;
        message->users++;
        if (client->now) {
            drop(&client->next);
            client->next = message;
        } else {
            client->now = message;
            pump(client);
        }
    }
    drop(&message);
}

static void read_from(struct client *client)
{
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n\r\n";
    unsigned char bytes[4096];
    ssize_t count = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
        forget(client);
        return;
    }
    for (ssize_t i = 0; i < count && !client->open; i++) {
        client->ending = client->ending << 8 | bytes[i];
        if (client->ending == 0x0d0a0d0a) {
            client->open = 1;
            check(send(client->fd, answer, sizeof answer - 1, MSG_NOSIGNAL) > 0, "send");
        }
    }
}

static void take_client(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (clients[i].fd < 0) {
            clients[i].fd = fd;
            struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
            check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
            return;
        }
    close(fd);
}

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    check(listen(fd, 128) == 0, "listen");
    return fd;
}

static void load(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY);
    check(fd >= 0 && fstat(fd, &status) == 0, path);
    jpegs[jpeg_count].size = (size_t)status.st_size;
    jpegs[jpeg_count].bytes = malloc(jpegs[jpeg_count].size);
    check(read(fd, jpegs[jpeg_count].bytes, jpegs[jpeg_count].size) == status.st_size, path);
    jpeg_count++;
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 3 + MAX_JPEGS) {
        fprintf(stderr, "usage: %s PORT FPS JPEG...\n", argv[0]);
        return 2;
    }
    for (int i = 3; i < argc; i++)
        load(argv[i]);
    for (int i = 0; i < MAX_CLIENTS; i++)
        clients[i].fd = -1;
    int listener = listen_on(atoi(argv[1]));
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    long period_ns = (long)(1e9 / atof(argv[2]));
    struct timespec period = {period_ns / 1000000000, period_ns % 1000000000};
    struct itimerspec times = {period, period};
    check(timerfd_settime(timer, 0, &times, NULL) == 0, "timerfd_settime");
    epoll_fd = epoll_create1(0);
    int sources[] = {STDIN_FILENO, listener, timer};
    for (int i = 0; i < 3; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &sources[i]};
        check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, sources[i], &event) == 0, "epoll_ctl");
    }
    printf("ready %d\n", (int)getpid());
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            void *source = events[i].data.ptr;
            uint64_t expired;
            if (source == &sources[0]) {
                return 0;
            } else if (source == &sources[1]) {
                take_client(listener);
            } else if (source == &sources[2]) {
                if (read(timer, &expired, sizeof expired) > 0)
                    tick();
            } else {
                struct client *client = source;
                if (client->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                    read_from(client);
                if (client->fd >= 0 && events[i].events & EPOLLOUT)
                    pump(client);
            }
        }
    }
}

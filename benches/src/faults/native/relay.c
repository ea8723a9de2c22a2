// Holds the packets that a node sends to other nodes: all of them for a while, or some of them, so that others overtake them. It stands
// in the node's network namespace, behind a TUN device to which links.rs leads those packets; what was held goes back into the
// device, from where the system sends it on. It refuses to know what is in a packet but where it goes.
//
// relay DEVICE SEED DELAY_US JITTER_US HELD_PERCENT KEEPS_ORDER TWICE_PERCENT
//
// Says `ready` when the device is there. When its input ends, it lets go of everything at once, says what it did, and ends.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    PACKET_SIZE_BYTES_MAX = 2048,
    // What comes when so many are held is dropped, as a full router does.
    HELD_COUNT_MAX = 16384,
    // Offset of the last byte of the destination in an IPv4 header: the nodes' addresses differ only there.
    DESTINATION_AT = 19,
    HEADER_SIZE_BYTES = 20
};

struct packet {
    int64_t leaves_ns;
    uint64_t number;
    size_t size_bytes;
    uint8_t bytes[PACKET_SIZE_BYTES_MAX];
};

static struct packet *held[HELD_COUNT_MAX];
static size_t held_count;
static uint64_t state, number, passed, delayed, overtaken, doubled, dropped;
// By the last byte of the destination. Each direction of each link has a delay of its own.
static uint64_t last_number[256];
static int64_t last_leaves_ns[256], delay_ns[256];
static uint64_t jitter_us, held_percent, keeps_order, twice_percent;

static uint64_t drawn_below(uint64_t limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit == 0 ? 0 : state % limit;
}

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int leaves_before(const struct packet *one, const struct packet *other) {
    return one->leaves_ns < other->leaves_ns || (one->leaves_ns == other->leaves_ns && one->number < other->number);
}

static void swap(size_t one, size_t other) {
    struct packet *kept = held[one];
    held[one] = held[other];
    held[other] = kept;
}

// A binary heap: the first leaves first.
static void put(struct packet *packet) {
    size_t at = held_count++;
    held[at] = packet;
    for (; at > 0 && leaves_before(held[at], held[(at - 1) / 2]); at = (at - 1) / 2) {
        swap(at, (at - 1) / 2);
    }
}

static struct packet *take(void) {
    struct packet *first = held[0];
    held[0] = held[--held_count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < held_count; child++) {
            least = leaves_before(held[child], held[least]) ? child : least;
        }
        if (least == at) {
            return first;
        }
        swap(at, least);
        at = least;
    }
}

static void let_go(int device, struct packet *packet) {
    uint8_t to = packet->bytes[DESTINATION_AT];
    if (packet->number < last_number[to]) {
        overtaken++;
    } else {
        last_number[to] = packet->number;
    }
    // Who cannot send loses packets, as on any wire.
    if (write(device, packet->bytes, packet->size_bytes) < 0) {
        dropped++;
    }
    free(packet);
}

static struct packet *packet_of(const uint8_t *bytes, size_t size_bytes, int64_t leaves_ns) {
    struct packet *packet = malloc(sizeof *packet);
    if (packet == NULL) {
        abort();
    }
    packet->leaves_ns = leaves_ns;
    packet->number = ++number;
    packet->size_bytes = size_bytes;
    memcpy(packet->bytes, bytes, size_bytes);
    return packet;
}

// Draws when it leaves.
static void hold(const uint8_t *bytes, size_t size_bytes) {
    if (held_count + 2 > HELD_COUNT_MAX) {
        dropped++;
        return;
    }
    uint8_t to = bytes[DESTINATION_AT];
    int64_t leaves_ns = now_ns();
    if (drawn_below(100) < held_percent) {
        leaves_ns += delay_ns[to] + (int64_t)drawn_below(jitter_us + 1) * 1000;
        delayed++;
    }
    if (keeps_order && leaves_ns < last_leaves_ns[to]) {
        leaves_ns = last_leaves_ns[to];
    }
    last_leaves_ns[to] = leaves_ns;
    put(packet_of(bytes, size_bytes, leaves_ns));
    if (drawn_below(100) < twice_percent) {
        put(packet_of(bytes, size_bytes, leaves_ns));
        doubled++;
    }
}

static int open_device(const char *name) {
    int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    struct ifreq request = {0};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (device < 0 || ioctl(device, TUNSETIFF, &request) != 0) {
        perror("/dev/net/tun");
        exit(1);
    }
    return device;
}

int main(int count, char **values) {
    if (count != 8) {
        fputs("relay DEVICE SEED DELAY_US JITTER_US HELD_PERCENT KEEPS_ORDER TWICE_PERCENT\n", stderr);
        return 2;
    }
    int device = open_device(values[1]);
    state = strtoull(values[2], NULL, 10) | 1;
    uint64_t delay_us = strtoull(values[3], NULL, 10);
    jitter_us = strtoull(values[4], NULL, 10);
    held_percent = strtoull(values[5], NULL, 10);
    keeps_order = strtoull(values[6], NULL, 10);
    twice_percent = strtoull(values[7], NULL, 10);
    for (int to = 0; to < 256; to++) {
        delay_ns[to] = (int64_t)(delay_us / 2 + drawn_below(delay_us / 2 + 1)) * 1000;
    }
    puts("ready");
    fflush(stdout);
    for (int is_over = 0; !is_over;) {
        struct pollfd watched[2] = {{device, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        int64_t wait_ns = held_count == 0 ? 1000000000 : held[0]->leaves_ns - now_ns();
        wait_ns = wait_ns < 0 ? 0 : wait_ns;
        struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
        if (ppoll(watched, 2, &wait, NULL) < 0 && errno != EINTR) {
            perror("ppoll");
            return 1;
        }
        is_over = watched[1].revents != 0;
        uint8_t bytes[PACKET_SIZE_BYTES_MAX];
        for (ssize_t size; (size = read(device, bytes, sizeof bytes)) >= 0;) {
            // Only IPv4 is led here; what the system says by itself in IPv6 goes nowhere.
            if (size >= HEADER_SIZE_BYTES && bytes[0] >> 4 == 4) {
                hold(bytes, (size_t)size);
            }
        }
        while (held_count > 0 && (is_over || held[0]->leaves_ns <= now_ns())) {
            let_go(device, take());
            passed++;
        }
    }
    printf("passed %lu, held %lu, overtaken %lu, twice %lu, dropped %lu\n", passed, delayed, overtaken, doubled, dropped);
    return 0;
}

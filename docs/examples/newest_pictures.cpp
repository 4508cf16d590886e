// Say which picture is the newest of each camera: newest_pictures HOST PORT TOKEN
//
//   g++ -std=c++17 -I camstrm/wire -o newest_pictures docs/examples/newest_pictures.cpp
//
// The WebSocket is written out here (RFC 6455), so that the example needs nothing but a socket.
// A program of your own better uses a library for it (Boost.Beast, libwebsockets, IXWebSocket), and
// for TLS it must; the bytes of a binary message are what camstrm_wire.h reads.
#include "camstrm_wire.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class Connection {
public:
    Connection(const std::string &host, const std::string &port, const std::string &token)
    {
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_STREAM;
        if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
            throw std::runtime_error("no such host: " + host);
        }
        for (addrinfo *a = found; a != nullptr && socket_ < 0; a = a->ai_next) {
            socket_ = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
            if (socket_ >= 0 && connect(socket_, a->ai_addr, a->ai_addrlen) != 0) {
                close(socket_);
                socket_ = -1;
            }
        }
        freeaddrinfo(found);
        if (socket_ < 0) {
            throw std::runtime_error("no server at " + host + ":" + port);
        }
        write("GET /ws HTTP/1.1\r\nHost: " + host + ":" + port +
              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
              "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer " +
              token + "\r\n\r\n");
        std::string head;
        while (head.find("\r\n\r\n") == std::string::npos) {
            head += static_cast<char>(read(1)[0]);
        }
        if (head.compare(0, 12, "HTTP/1.1 101") != 0) {
            throw std::runtime_error("refused: " + head.substr(0, head.find("\r\n")));
        }
    }

    ~Connection() { close(socket_); }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    // The next binary message; pings are answered, texts (hello, status) are left out.
    std::vector<uint8_t> next_bundle()
    {
        std::vector<uint8_t> message;
        bool binary = false;
        for (;;) {
            const std::vector<uint8_t> head = read(2);
            const unsigned opcode = head[0] & 15u;
            uint64_t size = head[1] & 127u;
            const size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
            if (more != 0) {
                size = 0;
                for (uint8_t byte : read(more)) {
                    size = size << 8 | byte;
                }
            }
            if (size > CAMSTRM_MAX_BUNDLE_SIZE) {
                throw std::runtime_error("a message larger than any bundle");
            }
            const std::vector<uint8_t> payload = read(size);
            if (opcode == 8) {
                throw std::runtime_error("the server closed the connection");
            }
            if (opcode == 9) {
                send_frame(10, std::string(payload.begin(), payload.end()));
            }
            if (opcode > 7) {
                continue;
            }
            binary = opcode == 0 ? binary : opcode == 2;
            message.insert(message.end(), payload.begin(), payload.end());
            if ((head[0] & 128u) != 0) {
                if (binary) {
                    return message;
                }
                message.clear();
            }
        }
    }

    void acknowledge(uint64_t seq)
    {
        send_frame(1, "{\"type\":\"ack\",\"seq\":" + std::to_string(seq) + "}");
    }

private:
    // A client masks what it sends; a mask of zeros leaves it as it is. At most 125 bytes.
    void send_frame(unsigned opcode, const std::string &payload)
    {
        std::string frame{static_cast<char>(128u | opcode),
                          static_cast<char>(128u | payload.size()), 0, 0, 0, 0};
        write(frame + payload);
    }

    void write(const std::string &bytes)
    {
        for (size_t done = 0; done < bytes.size();) {
            const ssize_t n = send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (n <= 0) {
                throw std::runtime_error("the connection is lost");
            }
            done += static_cast<size_t>(n);
        }
    }

    std::vector<uint8_t> read(uint64_t size)
    {
        std::vector<uint8_t> bytes(size);
        for (size_t done = 0; done < size;) {
            const ssize_t n = recv(socket_, bytes.data() + done, size - done, 0);
            if (n <= 0) {
                throw std::runtime_error("the connection is lost");
            }
            done += static_cast<size_t>(n);
        }
        return bytes;
    }

    int socket_ = -1;
};

void show(const std::vector<uint8_t> &bundle, const camstrm_bundle_header &header)
{
    size_t offset = header.header_size;
    camstrm_camera_header camera;
    const uint8_t *jpeg = nullptr;
    for (unsigned i = 0; i < header.camera_count; i++) {
        camstrm_next_camera(bundle.data(), bundle.size(), &offset, &camera, &jpeg);
        if (camera.payload_size != 0) {
            std::printf("camera %u: frame %llu, %ux%u, JPEG of %u bytes\n", camera.camera_index,
                        static_cast<unsigned long long>(camera.frame_id), camera.width,
                        camera.height, camera.payload_size);
        }
    }
}

} // namespace

int main(int count, char **arguments)
{
    if (count != 4) {
        std::fprintf(stderr, "usage: newest_pictures HOST PORT TOKEN\n");
        return 2;
    }
    try {
        Connection connection(arguments[1], arguments[2], arguments[3]);
        for (int n = 0; n < 30; n++) {
            const std::vector<uint8_t> bundle = connection.next_bundle();
            camstrm_bundle_header header;
            if (camstrm_bundle_check(bundle.data(), bundle.size(), &header) != 0) {
                throw std::runtime_error("not a bundle of this version");
            }
            show(bundle, header);
            connection.acknowledge(header.seq);
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

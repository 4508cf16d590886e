#include "shared_camera.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "failure.h"

namespace camsim {

constexpr char kMagic[] = "camsim control 1";

SharedCamera::SharedCamera(const std::string& folder, const std::string& name) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (!folder.empty()) {
        const std::string path = folder + "/" + name + ".camsim";
        file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file_ < 0 || ftruncate(file_, sizeof(SharedLayout)) != 0) {
            const std::string why = std::strerror(errno);
            if (file_ >= 0) close(file_);
            fail(GC_ERR_ERROR, "the control file " + path + " cannot be used: " + why);
        }
        flags = MAP_SHARED;
    }
    void* memory = mmap(nullptr, sizeof(SharedLayout), PROT_READ | PROT_WRITE, flags, file_, 0);
    if (memory == MAP_FAILED) {
        if (file_ >= 0) close(file_);
        fail(GC_ERR_OUT_OF_MEMORY, "the control file cannot be mapped");
    }
    layout_ = static_cast<SharedLayout*>(memory);
    std::memcpy(layout_->magic, kMagic, sizeof kMagic);
}

SharedCamera::~SharedCamera() {
    munmap(layout_, sizeof(SharedLayout));
    if (file_ >= 0) close(file_);
}

SharedCamera::Locked::Locked(SharedCamera& shared) : shared_(shared), guard_(shared.mutex_) {
    if (shared_.file_ >= 0) {
        while (flock(shared_.file_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
}

SharedCamera::Locked::~Locked() {
    if (shared_.file_ >= 0) flock(shared_.file_, LOCK_UN);
}

}  // namespace camsim

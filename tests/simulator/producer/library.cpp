#include "library.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>

#include "gentl_abi.h"

namespace camsim {
namespace {

struct Root {
    std::mutex mutex;
    std::shared_ptr<Library> library;
    std::atomic<uintptr_t> next_handle{0x1000};
};

// Never destroyed: threads of a process that ends without closing anything may still look here.
Root& root() {
    static Root& the_root = *new Root;
    return the_root;
}

}  // namespace

Handle fresh_handle() { return reinterpret_cast<Handle>(root().next_handle.fetch_add(0x10)); }

Handle Registry::add(const std::shared_ptr<Module>& module) {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    module->handle = fresh_handle();
    modules_[reinterpret_cast<uintptr_t>(module->handle)] = module;
    return module->handle;
}

std::shared_ptr<Module> Registry::find(Handle handle) const {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    const auto found = modules_.find(reinterpret_cast<uintptr_t>(handle));
    return found == modules_.end() ? nullptr : found->second;
}

void Registry::close(Handle handle) {
    std::shared_ptr<Module> module;
    {
        const std::unique_lock<std::shared_mutex> lock(mutex_);
        const auto found = modules_.find(reinterpret_cast<uintptr_t>(handle));
        if (found == modules_.end()) return;
        module = found->second;
        modules_.erase(found);
    }
    module->close();
}

// Parents were opened before their children and close them.
void Registry::close_all() {
    while (true) {
        Handle first = nullptr;
        {
            const std::shared_lock<std::shared_mutex> lock(mutex_);
            if (modules_.empty()) return;
            first = modules_.begin()->second->handle;
        }
        close(first);
    }
}

Library::Library(Scenario read) : scenario(std::move(read)) {
    for (const CameraSpec& spec : scenario.cameras) {
        cameras.push_back(std::make_unique<Camera>(spec, scenario.control_folder));
    }
    for (const InterfaceSpec& spec : scenario.interfaces) {
        interface_controls[spec.id] =
            std::make_unique<SharedCamera>(scenario.control_folder, "interface-" + spec.id);
    }
}

std::shared_ptr<Library> library() {
    const std::lock_guard<std::mutex> guard(root().mutex);
    if (!root().library) fail(GC_ERR_NOT_INITIALIZED, "GCInitLib was not called");
    return root().library;
}

void init_library() {
    const std::lock_guard<std::mutex> guard(root().mutex);
    if (root().library) fail(GC_ERR_RESOURCE_IN_USE, "GCInitLib was called before");
    const char* path = std::getenv("CAMSIM_SCENARIO");
    root().library =
        std::make_shared<Library>(path && *path ? read_scenario(path) : default_scenario());
}

void close_library() {
    const std::shared_ptr<Library> closing = library();
    closing->registry.close_all();
    const std::lock_guard<std::mutex> guard(root().mutex);
    root().library.reset();
}

std::string library_path() {
    Dl_info info{};
    if (!dladdr(reinterpret_cast<void*>(&init_library), &info) || !info.dli_fname) return "";
    return info.dli_fname;
}

std::string library_name() {
    const std::string path = library_path();
    return path.substr(path.rfind('/') + 1);
}

bool library_speaks_gbk() noexcept {
    std::shared_ptr<Library> now;
    {
        const std::lock_guard<std::mutex> guard(root().mutex);
        now = root().library;
    }
    if (!now) return false;
    if (now->scenario.gbk_errors) return true;
    for (const auto& camera : now->cameras) {
        if (camera->shared.get(Slot::gbk_errors)) return true;
    }
    return false;
}

}  // namespace camsim

// What exists between GCInitLib and GCCloseLib: the scenario, its cameras, all open handles.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "camera.h"
#include "failure.h"
#include "module.h"

namespace camsim {

class Registry {
  public:
    Handle add(const std::shared_ptr<Module>& module);
    // Takes the handle back and closes the module; a handle that is gone already is left alone.
    void close(Handle handle);

    // Throws Failure(INVALID_HANDLE) for anything but an open handle of such a module.
    template <class Wanted>
    std::shared_ptr<Wanted> get(Handle handle) const {
        auto found = std::dynamic_pointer_cast<Wanted>(find(handle));
        if (!found) fail(GC_ERR_INVALID_HANDLE, "no open handle of this kind");
        return found;
    }
    void close_all();

  private:
    std::shared_ptr<Module> find(Handle handle) const;

    mutable std::shared_mutex mutex_;
    std::map<uintptr_t, std::shared_ptr<Module>> modules_;
};

struct Library {
    explicit Library(Scenario scenario);

    // Knobs of an interface.
    SharedCamera& interface_control(const std::string& id) { return *interface_controls.at(id); }

    const Scenario scenario;
    std::vector<std::unique_ptr<Camera>> cameras;
    std::map<std::string, std::unique_ptr<SharedCamera>> interface_controls;
    Registry registry;
    std::mutex opening;  // guards the two below
    Handle open_system = nullptr;
    std::map<std::string, Handle> open_interfaces;
};

// Throws Failure(NOT_INITIALIZED) outside GCInitLib and GCCloseLib.
std::shared_ptr<Library> library();

// The path of this shared library as it was loaded; its file name.
std::string library_path();
std::string library_name();

// Whether the scenario or a knob makes this producer's error texts GBK.
bool library_speaks_gbk() noexcept;

void init_library();
void close_library();

// A number that was not given out before, as a handle.
Handle fresh_handle();

constexpr char kProducerModel[] = "camsim";
constexpr char kProducerVersion[] = "1.0.0";

}  // namespace camsim

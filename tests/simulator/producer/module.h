// GenTL modules and their handles. A handle is a number that was never a pointer, so that any
// value that a consumer passes is checked and none is followed.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gentl_abi.h"
#include "node_layout.h"
#include "node_map.h"
#include "scenario.h"

namespace camsim {

enum class Kind { System, Interface, Device, RemoteDevice, Stream, Event };

class Event;

class Module : public std::enable_shared_from_this<Module> {
  public:
    explicit Module(Kind kind) : kind(kind) {}
    virtual ~Module() = default;
    // Ends what runs in it; called once, after its handle is gone.
    virtual void close() {}

    const Kind kind;
    Handle handle = nullptr;
};

struct PortFacts {
    std::string id, vendor, model, module, port_name;
    Bus bus = Bus::Custom;
};

struct PortDocument {
    std::string file_name, bytes;
};

// A module with registers and an XML that describes them.
class Port : public Module {
  public:
    using Module::Module;

    virtual PortFacts facts() = 0;
    virtual void read(uint64_t address, void* data, size_t size);
    virtual void write(uint64_t address, const void* data, size_t size);
    virtual uint32_t url_count();
    virtual uint64_t xml_address() { return kXmlAddress; }
    // How the URL is spelled (makers differ) and what lies at its address.
    virtual std::string url();
    virtual const PortDocument& document();
    // Throws Failure if the module knows no such event.
    virtual std::shared_ptr<Event> make_event(EventType type);

    void info(int32_t command, int32_t* type, void* buffer, size_t* size);
    void url_info(uint32_t index, int32_t command, int32_t* type, void* buffer, size_t* size);

    NodeMap nodes;
    std::mutex events_mutex;
    std::map<EventType, std::shared_ptr<Event>> events;

  protected:
    void read_xml(uint64_t address, void* data, size_t size);
    void close_events();

  private:
    std::mutex document_mutex_;
    std::unique_ptr<PortDocument> document_;
};

}  // namespace camsim

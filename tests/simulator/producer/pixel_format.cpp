#include "pixel_format.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace camsim {
namespace {

// Codes: PFNC list. The four Bayer orders follow in the order GR, RG, GB, BG.
constexpr PixelFormat kPlain[] = {
    {"Mono8", 0x01080001, Packing::Bytes, 8, "L"},
    {"Mono10", 0x01100003, Packing::Uint16, 10, "L"},
    {"Mono12", 0x01100005, Packing::Uint16, 12, "L"},
    {"Mono14", 0x01100025, Packing::Uint16, 14, "L"},
    {"Mono16", 0x01100007, Packing::Uint16, 16, "L"},
    {"Mono10Packed", 0x010C0004, Packing::GigePacked, 10, "L"},
    {"Mono12Packed", 0x010C0006, Packing::GigePacked, 12, "L"},
    {"Mono10p", 0x010A0046, Packing::LsbPacked, 10, "L"},
    {"Mono12p", 0x010C0047, Packing::LsbPacked, 12, "L"},
    {"BayerGR8", 0x01080008, Packing::Bytes, 8, "GRBG"},
    {"BayerRG8", 0x01080009, Packing::Bytes, 8, "RGGB"},
    {"BayerGB8", 0x0108000A, Packing::Bytes, 8, "GBRG"},
    {"BayerBG8", 0x0108000B, Packing::Bytes, 8, "BGGR"},
    {"BayerGR10", 0x0110000C, Packing::Uint16, 10, "GRBG"},
    {"BayerRG10", 0x0110000D, Packing::Uint16, 10, "RGGB"},
    {"BayerGB10", 0x0110000E, Packing::Uint16, 10, "GBRG"},
    {"BayerBG10", 0x0110000F, Packing::Uint16, 10, "BGGR"},
    {"BayerGR12", 0x01100010, Packing::Uint16, 12, "GRBG"},
    {"BayerRG12", 0x01100011, Packing::Uint16, 12, "RGGB"},
    {"BayerGB12", 0x01100012, Packing::Uint16, 12, "GBRG"},
    {"BayerBG12", 0x01100013, Packing::Uint16, 12, "BGGR"},
    {"BayerGR16", 0x0110002E, Packing::Uint16, 16, "GRBG"},
    {"BayerRG16", 0x0110002F, Packing::Uint16, 16, "RGGB"},
    {"BayerGB16", 0x01100030, Packing::Uint16, 16, "GBRG"},
    {"BayerBG16", 0x01100031, Packing::Uint16, 16, "BGGR"},
    {"BayerGR10Packed", 0x010C0026, Packing::GigePacked, 10, "GRBG"},
    {"BayerRG10Packed", 0x010C0027, Packing::GigePacked, 10, "RGGB"},
    {"BayerGB10Packed", 0x010C0028, Packing::GigePacked, 10, "GBRG"},
    {"BayerBG10Packed", 0x010C0029, Packing::GigePacked, 10, "BGGR"},
    {"BayerGR12Packed", 0x010C002A, Packing::GigePacked, 12, "GRBG"},
    {"BayerRG12Packed", 0x010C002B, Packing::GigePacked, 12, "RGGB"},
    {"BayerGB12Packed", 0x010C002C, Packing::GigePacked, 12, "GBRG"},
    {"BayerBG12Packed", 0x010C002D, Packing::GigePacked, 12, "BGGR"},
    {"BayerGR10p", 0x010A0056, Packing::LsbPacked, 10, "GRBG"},
    {"BayerRG10p", 0x010A0058, Packing::LsbPacked, 10, "RGGB"},
    {"BayerGB10p", 0x010A0054, Packing::LsbPacked, 10, "GBRG"},
    {"BayerBG10p", 0x010A0052, Packing::LsbPacked, 10, "BGGR"},
    {"BayerGR12p", 0x010C0057, Packing::LsbPacked, 12, "GRBG"},
    {"BayerRG12p", 0x010C0059, Packing::LsbPacked, 12, "RGGB"},
    {"BayerGB12p", 0x010C0055, Packing::LsbPacked, 12, "GBRG"},
    {"BayerBG12p", 0x010C0053, Packing::LsbPacked, 12, "BGGR"},
    {"RGB8", 0x02180014, Packing::Bytes, 8, "RGB"},
    {"BGR8", 0x02180015, Packing::Bytes, 8, "BGR"},
    {"RGBa8", 0x02200016, Packing::Bytes, 8, "RGBa"},
    {"BGRa8", 0x02200017, Packing::Bytes, 8, "BGRa"},
    {"YUV411_8_UYYVYY", 0x020C001E, Packing::Bytes, 8, "UYYVYY"},
    {"YUV422_8_UYVY", 0x0210001F, Packing::Bytes, 8, "UYVY"},
    {"YUV422_8", 0x02100032, Packing::Bytes, 8, "YUYV"},
    {"YUV8_UYV", 0x02180020, Packing::Bytes, 8, "UYV"},
    {"YCbCr411_8", 0x020C005A, Packing::Bytes, 8, "YYUYYV"},
    {"YCbCr422_8", 0x0210003B, Packing::Bytes, 8, "YUYV"},
    {"YCbCr422_8_CbYCrY", 0x02100043, Packing::Bytes, 8, "UYVY"},
    {"YCbCr8", 0x0218005B, Packing::Bytes, 8, "YUV"},
    {"YCbCr8_CbYCr", 0x0218003A, Packing::Bytes, 8, "UYV"},
};

// GigE Vision 1.x symbols and makers' own, as their node maps show them.
const std::map<std::string, const char*> kSymbols = {
    {"RGB8Packed", "RGB8"},
    {"BGR8Packed", "BGR8"},
    {"RGBA8Packed", "RGBa8"},
    {"BGRA8Packed", "BGRa8"},
    {"YUV411Packed", "YUV411_8_UYYVYY"},
    {"YUV422Packed", "YUV422_8_UYVY"},
    {"YUV422_YUYV_Packed", "YUV422_8"},
    {"YUV444Packed", "YUV8_UYV"},
};

}  // namespace

bool PixelFormat::is_bayer() const {
    return !is_yuv() && std::strlen(components) == 4 && bits_per_pixel() < 24;
}

bool PixelFormat::is_yuv() const { return std::strchr(components, 'Y') != nullptr; }

int PixelFormat::group_pixels() const {
    if (is_yuv()) {
        const std::string names = components;
        return static_cast<int>(std::count(names.begin(), names.end(), 'Y'));
    }
    if (packing == Packing::GigePacked) return 2;
    if (packing == Packing::LsbPacked) return bits == 10 ? 4 : 2;
    return 1;
}

size_t PixelFormat::image_bytes(int64_t width, int64_t height) const {
    return static_cast<size_t>((width * height * bits_per_pixel() + 7) / 8);
}

const std::vector<PixelFormat>& all_formats() {
    static const auto& formats =
        *new std::vector<PixelFormat>(std::begin(kPlain), std::end(kPlain));
    return formats;
}

const PixelFormat* find_format(const std::string& name) {
    const auto symbol = kSymbols.find(name);
    const std::string wanted = symbol == kSymbols.end() ? name : symbol->second;
    for (const PixelFormat& format : all_formats()) {
        if (wanted == format.name) return &format;
    }
    return nullptr;
}

const PixelFormat* find_format(uint32_t code) {
    for (const PixelFormat& format : all_formats()) {
        if (format.code == code) return &format;
    }
    return nullptr;
}

}  // namespace camsim

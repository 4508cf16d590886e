from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.acquisition.features.camera_xml import RefusedXmlError, xml_text
from camstrm.acquisition.features.description import describe_camera
from camstrm.acquisition.features.xml_nodes import parse_nodes
from camstrm.feature import FeatureEntry
from tests.fakes.gentl.memory_port import MemoryCamera
from tests.vectors import layout

NODE_MAPS = Path(layout.__file__).parent / "node_maps"
CONTROLS = (NODE_MAPS / "controls.xml").read_bytes()
DESCRIPTION = describe_camera(CONTROLS)


def test_features_in_the_order_of_the_categories_with_what_the_xml_says() -> None:
    assert DESCRIPTION.names[:3] == ("Width", "Height", "OffsetX")
    width = DESCRIPTION.info("Width")
    assert width is not None
    assert (width.type, width.category) == ("integer", ("Image Format Control",))
    assert (width.tooltip, width.streamable) == ("Columns of the picture", True)
    exposure = DESCRIPTION.info("ExposureTime")
    assert exposure is not None
    assert (exposure.unit, exposure.representation) == ("us", "Logarithmic")
    temperature = DESCRIPTION.info("DeviceTemperature")
    assert temperature is not None
    assert temperature.polling_ms == 1000, "of the register that has the value"
    lock = DESCRIPTION.info("TLParamsLocked")
    assert lock is not None
    assert lock.visibility == "Invisible"
    mode = DESCRIPTION.info("TriggerMode")
    assert mode is not None
    assert mode.entries == (FeatureEntry("Off"), FeatureEntry("On"))


def test_types_of_all_kinds_of_nodes() -> None:
    types = {info.name: info.type for info in DESCRIPTION.features}
    assert types["BlackLevel"] == "integer", "a converter"
    assert types["Locked"] == "boolean"
    assert types["TriggerSoftware"] == "command"
    assert types["DeviceUserID"] == "string"
    assert types["SensorId"] == "register"
    assert "StreamLock" not in types
    assert "WidthReg" not in types


def test_selectors_also_of_selectors() -> None:
    duration = DESCRIPTION.info("TimerDuration")
    assert duration is not None
    assert duration.selectors == ("TimerSelector", "TimerStepSelector")
    names = {"TimerStepSelector", "TimerSelector"}
    assert DESCRIPTION.order_of_selectors(names) == ["TimerSelector", "TimerStepSelector"]


@pytest.mark.parametrize(
    ("written", "affected"),
    [
        ("Width", {"OffsetX", "PayloadSize"}),
        ("OffsetX", {"Width"}),
        ("ExposureTime", {"ExposureTimeRaw", "AcquisitionFrameRate", "ResultingFrameRate"}),
        ("GainSelector", {"Gain"}),
        ("TimerSelector", {"TimerStepSelector", "TimerDuration"}),
        ("Gain", set()),
        ("PixelFormat", {"PayloadSize"}),
        ("TLParamsLocked", {"Width", "Height", "PixelFormat", "Locked", "ResultingFrameRate"}),
    ],
)
def test_what_may_have_changed_after_a_write(written: str, affected: set[str]) -> None:
    assert affected <= set(DESCRIPTION.affected_by(written))
    assert "Gamma" not in DESCRIPTION.affected_by(written)
    assert written not in DESCRIPTION.affected_by(written)


def test_two_nodes_for_one_register_affect_each_other() -> None:
    xml = CONTROLS.replace(b"<Address>0x228</Address>", b"<Address>0x220</Address>")
    assert "Gamma" in describe_camera(xml).affected_by("BlackLevel")


def test_what_can_never_be_written() -> None:
    writable = {name for name in DESCRIPTION.names if DESCRIPTION.is_writable(name)}
    assert {"Width", "Binning", "DeviceKey", "DeviceFlags", "DeviceReset"} <= writable
    never = {"PayloadSize", "ResultingFrameRate", "DeviceMode", "LineStatus", "SensorId"}
    assert not never & writable


def test_a_feature_outside_of_every_category_is_described_too() -> None:
    assert DESCRIPTION.names[-1] == "OrphanedRate"
    info = DESCRIPTION.info("OrphanedRate")
    assert info is not None
    assert info.category == ()


def test_describing_reads_no_register() -> None:
    camera = MemoryCamera("controls")
    assert camera.reads_of(lambda: describe_camera(camera.xml + b"\n")) == 0


def test_the_hash_is_of_the_xml() -> None:
    assert describe_camera(CONTROLS).hash == DESCRIPTION.hash
    assert describe_camera(CONTROLS + b" ").hash != DESCRIPTION.hash
    assert len(DESCRIPTION.hash) == 64


@pytest.mark.parametrize("junk", [b"PointGrey-01170163 (USB3)\r\n", b"\n\n", b"\xef\xbb\xbf"])
def test_junk_before_the_xml(junk: bytes) -> None:
    assert describe_camera(junk + CONTROLS).features == DESCRIPTION.features


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Gain für 20 °C", "cp1252"), ("曝光时间", "gbk"), ("Größe", "utf-8"), ("露光", "utf-16")],
)
def test_text_in_the_encodings_of_cameras(text: str, encoding: str) -> None:
    xml = CONTROLS.decode().replace("Columns of the picture", text)
    if encoding == "utf-16":
        xml = xml.replace('encoding="utf-8"', 'encoding="utf-16"')
    info = describe_camera(xml.encode(encoding)).info("Width")
    assert info is not None
    assert info.tooltip == text


@pytest.mark.parametrize("name", ["cp1252", "inc_int", "slow_abs", "tlp_ro", "wo"])
def test_each_xml_of_a_case_is_described_as_genapi_sees_it(name: str) -> None:
    camera = MemoryCamera(name)
    features = {n.node.name for n in camera.nodes.nodes if n.node.is_feature()}
    categories = {"Root", "Control"}
    assert features - categories <= set(camera.description.names)
    for info in camera.description.features:
        node = getattr(camera.nodes, info.name).node
        assert (info.tooltip, info.visibility) == (node.tooltip, _visibility(node))


def test_selection_streaming_and_polling_are_as_genapi_sees_them() -> None:
    camera = MemoryCamera("controls")
    for info in DESCRIPTION.features:
        node = getattr(camera.nodes, info.name).node
        selected = {n.node.name for n in node.selected_features}
        assert set(info.selects) <= selected
        assert info.streamable == node.is_streamable()
        unit = getattr(getattr(camera.nodes, info.name), "unit", "")
        assert info.unit == (unit or "")


def _visibility(node: object) -> str:
    names = {0: "Beginner", 1: "Expert", 2: "Guru", 3: "Invisible"}
    return names[int(node.visibility)]  # type: ignore[attr-defined]  # the binding has no types


@pytest.mark.parametrize("xml", [b"", b"no xml", b"<RegisterDescription><Integer", CONTROLS[:4000]])
def test_what_is_no_xml_is_refused(xml: bytes) -> None:
    with pytest.raises(RefusedXmlError):
        describe_camera(xml)


def test_formulas_in_cdata_stay_as_they_are() -> None:
    assert "(BIN > 1) && (OFF = 0)" in xml_text(b"junk\n" + CONTROLS)
    nodes = parse_nodes(xml_text(CONTROLS)).nodes
    assert nodes["WidthMax"].links["pVariable"] == ["Binning", "OffsetXReg"]
    assert nodes["BinningField"].texts["Address"] == "0x160", "of its StructReg"
    assert nodes["FirmwareLock"].texts["AccessMode"] == "RO", "its own, not that of its StructReg"
